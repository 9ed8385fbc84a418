"""How one CRM's API is spoken: requests, the shapes of their bodies, what its replies mean. Pure.

A mapping is data, read from a council's YAML file by `portal.cases.mapping_file`; the classes
below are that file's shape. It can pick, rename and join values of the published case; it
cannot compute, and it never holds an address or a secret: those are settings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from portal.cases.case import CaseProgress, at
from portal.cases.shapes import Shape, Template, Text

_STRICT = ConfigDict(extra="forbid")
T = TypeVar("T", bound="Request")
_CALL = re.compile(r"(?P<method>GET|POST|PUT|PATCH) (?P<path>/(?!/).*)")


@dataclass(frozen=True, slots=True)
class Call:
    """A method and a path, joined to the base address. Placeholders are percent-encoded."""

    method: str
    path: Text


def _read_call(raw: object) -> object:
    match = _CALL.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        msg = "a call is GET, POST, PUT or PATCH, a space, and a path such as /cases"
        raise ValueError(msg)
    return Call(match["method"], Text(match["path"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of the CRM's API."""

    __pydantic_config__ = _STRICT

    call: Annotated[Call, BeforeValidator(_read_call)]
    query: Mapping[str, Template] = field(default_factory=dict[str, Text])
    body: Shape | None = None
    """Sent as JSON."""
    form: Mapping[str, Template] = field(default_factory=dict[str, Text])
    """Sent as multipart/form-data (RFC 7578), with the file when `file_field` is named."""
    file_field: str = ""
    id: str = ""
    """Where the reply holds the id of what was made or found. `find` and `create` must say."""
    url: str = ""
    """Where the reply holds the address of its page for officers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(Request):
    """Opens a case, or adds a note to one."""

    __pydantic_config__ = _STRICT

    idempotency_header: str = ""
    """Carries our key (the reference of a case), so that the CRM itself refuses to make two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(Request):
    """Looks a case up by our reference."""

    __pydantic_config__ = _STRICT

    match: str
    """Where our reference stands in a case. Searches are fuzzy; this comparison is not."""
    list: str = ""
    """Where the list of cases stands in the reply; empty when the reply is the list or a case."""
    absent: frozenset[int] = frozenset()
    """HTTP statuses that mean "no such case"."""
    settles_in_seconds: Annotated[int, Field(ge=0, le=3600)] = 0
    """How long after a create the search may still not show it."""

    @property
    def settles_in(self) -> timedelta:
        """The same as a length of time."""
        return timedelta(seconds=self.settles_in_seconds)


@dataclass(frozen=True, slots=True)
class When:
    """A sign in a reply's body: something stands at the path, or exactly this text does."""

    __pydantic_config__ = _STRICT

    path: str
    equals: str | None = None


@dataclass(frozen=True, slots=True)
class Replies:
    """What a reply means where HTTP alone does not say."""

    __pydantic_config__ = _STRICT

    refused_when: tuple[When, ...] = ()
    unwell_when: tuple[When, ...] = ()
    refused_statuses: frozenset[int] = frozenset()
    unwell_statuses: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Auth:
    """How the token is shown: a header, and its value with `{token}` in it."""

    __pydantic_config__ = _STRICT

    header: str
    value: Annotated[str, Field(pattern=r"\{token\}")] = "{token}"


def _with_id(request: T) -> T:
    if not request.id:
        msg = "say where the reply holds the case's id"
        raise ValueError(msg)
    return request


def _read_auth(raw: object) -> object:
    if raw == "bearer":
        return Auth("Authorization", "Bearer {token}")
    return None if raw == "none" else raw


@dataclass(frozen=True, slots=True)
class Status:
    """Where the status stands in the reply of `read`, and what the CRM's words mean."""

    __pydantic_config__ = _STRICT

    path: str
    words: Mapping[str, CaseProgress]
    """In order: a pattern of the CRM's word (`*` is anything, capitals do not matter) → ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmMapping:
    """Everything the portal knows about one CRM's API."""

    __pydantic_config__ = _STRICT

    crm: str
    """What officers call it."""
    auth: Annotated[Auth | None, BeforeValidator(_read_auth)]
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    find: Annotated[Find, AfterValidator(_with_id)]
    create: Annotated[Create, AfterValidator(_with_id)]
    read: Request
    attach: Request | None = None
    note: Create | None = None
    """Adds a remark to a case: `{case}` and `{text}`."""
    verify: Mapping[str, str]
    """Path in the published case → path in the reply of `read`, compared after every create."""
    status: Status | None = None
    check: Request | None = None
    replies: Replies = Replies()


def shows(sign: When, reply: object) -> bool:
    """Whether the sign is in the reply. `false`, `0` and the empty count as nothing."""
    value = at(sign.path, reply)
    if sign.equals is None:
        return bool(value)
    return (str(value).lower() if isinstance(value, bool) else str(value)) == sign.equals


def progress_for(status: Status | None, raw: str) -> CaseProgress | None:
    """Our word for the CRM's status: the first pattern that fits, or None."""
    for pattern, word in status.words.items() if status else ():
        if fnmatchcase(raw.casefold(), pattern.casefold()):
            return word
    return None
