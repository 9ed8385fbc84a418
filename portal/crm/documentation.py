"""The API's documentation for people, at /docs: drawn from our own OpenAPI, nothing fetched."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from portal.crm.problems import KINDS
from portal.crm.rendering import render

router = APIRouter(include_in_schema=False)
_SCHEMAS = "#/components/schemas/"
_SHOWN_BODIES = (
    "CaseContent", "Customer", "Location", "Answer", "Payment", "PaymentLine", "Consent",
    "NewNote", "NewStatus",
)  # fmt: skip

_PLAIN = {kind: meaning.replace("`", "") for kind, meaning in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One row of the table."""

    method: str
    path: str
    summary: str
    parameters: tuple[str, ...]
    body: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body."""

    name: str
    kind: str
    required: bool
    description: str


@router.get("/docs")
def show_documentation(request: Request) -> HTMLResponse:
    """Show every endpoint, every field that can be sent, and every kind of problem."""
    described: dict[str, Any] = request.app.openapi()
    schemas = described["components"]["schemas"]
    bodies = {name: list(_fields(schemas[name])) for name in _SHOWN_BODIES}
    return render(
        request, "docs.html", endpoints=list(_endpoints(described)), bodies=bodies, problems=_PLAIN
    )


def _endpoints(described: dict[str, Any]) -> Iterator[Endpoint]:
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            yield Endpoint(
                method=method.upper(),
                path=path,
                summary=operation["description"].split("\n")[0],
                parameters=tuple(p["name"] for p in operation.get("parameters", ())),
                body=_body(operation.get("requestBody")),
                answers=tuple(operation["responses"]),
            )


def _body(request_body: dict[str, Any] | None) -> str:
    if request_body is None:
        return ""
    (media_type, content), *_ = request_body["content"].items()
    if media_type == "multipart/form-data":
        return "multipart: file, sha256, question"
    return _kind(content["schema"])


def _fields(schema: dict[str, Any]) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, field in schema["properties"].items():
        yield Field(
            name, _kind(field), name in required, field.get("description", "").replace("`", "")
        )


def _kind(schema: dict[str, Any]) -> str:
    """Say in a word or two what values a field takes."""
    if "$ref" in schema:
        return schema["$ref"].removeprefix(_SCHEMAS)
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"] if one.get("type") != "null")
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("format") or schema.get("type") or "any JSON")
