"""Reads one parameter strictly: a reader takes text (or a group) and gives the value, or refuses.

Messages and codes are Stripe's (https://docs.stripe.com/error-codes). A reader is a function of
the raw value and the parameter's full name, as in `line_items[0][quantity]`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast
from urllib.parse import urlsplit

from portal.sandbox.errors import InvalidRequest

Reader: TypeAlias = Callable[[Any, str], Any]

_MOST_NOTES, _NOTE_NAME, _NOTE = 50, 40, 500
_WHOLE = re.compile(r"-?\d{1,12}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def text(longest: int = 5000) -> Reader:
    """Text of 1 to `longest` characters."""

    def read(raw: object, name: str) -> str:
        if not isinstance(raw, str):
            raise InvalidRequest(f"Invalid string: {name}", param=name)
        if not raw:
            message = f"You passed an empty string for '{name}'. Leave it out instead."
            raise InvalidRequest(message, code="parameter_invalid_empty", param=name)
        if len(raw) > longest:
            raise InvalidRequest(
                f"Invalid string: {name} must be at most {longest} characters", param=name
            )
        return raw

    return read


def whole(*, at_least: int | None = None, at_most: int | None = None) -> Reader:
    """A whole number; a decimal is refused, as money is in pence."""

    def read(raw: object, name: str) -> int:
        if not isinstance(raw, str) or _WHOLE.fullmatch(raw) is None:
            code = "parameter_invalid_integer"
            raise InvalidRequest(f"Invalid integer: {raw}", code=code, param=name)
        number = int(raw)
        if at_least is not None and number < at_least:
            message = f"This value must be greater than or equal to {at_least}."
            raise InvalidRequest(message, code="parameter_invalid_integer", param=name)
        if at_most is not None and number > at_most:
            message = f"This value must be less than or equal to {at_most}."
            raise InvalidRequest(message, code="parameter_invalid_integer", param=name)
        return number

    return read


def boolean(raw: object, name: str) -> bool:
    """`true` or `false`."""
    if raw not in {"true", "false"}:
        raise InvalidRequest(f"Invalid boolean: {raw}", param=name)
    return raw == "true"


def choice(*allowed: str) -> Reader:
    """One of the words given."""

    def read(raw: object, name: str) -> str:
        if not isinstance(raw, str) or raw not in allowed:
            raise InvalidRequest(f"Invalid {name}: must be one of {', '.join(allowed)}", param=name)
        return raw

    return read


def url(raw: object, name: str) -> str:
    """An absolute http or https address."""
    parts = urlsplit(raw) if isinstance(raw, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.netloc:
        raise InvalidRequest("Not a valid URL", code="url_invalid", param=name)
    return cast("str", raw)


def email(raw: object, name: str) -> str:
    """An e-mail address."""
    if not isinstance(raw, str) or _EMAIL.fullmatch(raw) is None:
        message = f"Invalid email address: {raw}"
        raise InvalidRequest(message, code="email_invalid", param=name)
    return raw


def metadata(raw: object, name: str) -> dict[str, str]:
    """At most 50 notes of ours, named in 40 characters and told in 500.

    See https://docs.stripe.com/metadata.
    """
    if raw == "":
        return {}
    if not isinstance(raw, dict):
        raise InvalidRequest(f"Invalid object: {name}", param=name)
    notes = cast("dict[str, object]", raw)
    if len(notes) > _MOST_NOTES:
        raise InvalidRequest(f"{name} can have at most {_MOST_NOTES} keys", param=name)
    for key, value in notes.items():
        if len(key) > _NOTE_NAME or not isinstance(value, str) or len(value) > _NOTE:
            message = f"{name}: keys may have {_NOTE_NAME} characters and values {_NOTE}"
            raise InvalidRequest(message, param=f"{name}[{key[:_NOTE_NAME]}]")
    # Posting an empty value unsets a key; on creation there is nothing to unset.
    return {key: value for key, value in notes.items() if isinstance(value, str) and value}


def array(of: Reader, *, at_most: int = 100) -> Reader:
    """A list of up to `at_most` things of one kind."""

    def read(raw: object, name: str) -> list[Any]:
        if not isinstance(raw, list):
            raise InvalidRequest(f"Invalid array: {name}", param=name)
        items = cast("list[object]", raw)
        if len(items) > at_most:
            raise InvalidRequest(f"{name} can have at most {at_most} items", param=name)
        return [of(item, f"{name}[{index}]") for index, item in enumerate(items)]

    return read


def group(fields: Mapping[str, Reader], *, required: tuple[str, ...] = ()) -> Reader:
    """A group with exactly these fields; an unknown one is refused by name."""

    def read(raw: object, name: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise InvalidRequest(f"Invalid object: {name}", param=name)
        return _read_fields(cast("dict[str, object]", raw), fields, required, name)

    return read


def read_parameters(
    form: Mapping[str, object], fields: Mapping[str, Reader], *, required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Read a whole call.

    Raises:
        InvalidRequest: an unknown, missing or wrong parameter; mend it, then try again.
    """
    return _read_fields(form, fields, required, "")


def _read_fields(
    raw: Mapping[str, object], fields: Mapping[str, Reader], required: tuple[str, ...], prefix: str
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in raw.items():
        name = f"{prefix}[{key}]" if prefix else key
        reader = fields.get(key)
        if reader is None:
            message = f"Received unknown parameter: {name}"
            raise InvalidRequest(message, code="parameter_unknown", param=name)
        values[key] = reader(value, name)
    for key in required:
        if key not in values:
            name = f"{prefix}[{key}]" if prefix else key
            message = f"Missing required param: {name}."
            raise InvalidRequest(message, code="parameter_missing", param=name)
    return values
