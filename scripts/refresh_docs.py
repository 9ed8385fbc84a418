"""Writes the tables in the documentation that say what the code says.

    python scripts/refresh_docs.py

Each stands between `<!-- … -->` and `<!-- end -->`; everything else in a page is written by hand.
A test fails when a page is behind.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # run as a script, only its own folder would be looked in

from portal.accounts.permissions import ABOUT, ROLES, Permission  # noqa: E402
from portal.forms import language  # noqa: E402
from portal.forms.fields import FIELD_TYPES  # noqa: E402
from portal.forms.language import Key  # noqa: E402
from portal.forms.schema import form_schema  # noqa: E402
from portal.payments.providers.stripe import StripeSettings  # noqa: E402
from portal.settings import Settings  # noqa: E402
from tests.forms.broken_files import CASES  # noqa: E402

DOCS = ROOT / "docs"
PAGES = (DOCS / "form-definitions.md", DOCS / "operations.md")
LEVELS: Mapping[str, Mapping[str, Key]] = {
    "form": language.FORM,
    "page": language.PAGE,
    "question": language.QUESTION,
    "repeat": language.REPEAT,
    "section": language.SECTION,
    "computed value": language.COMPUTED,
    "check": language.CHECK,
    "fee line": language.FEE_LINE,
    "fee": language.FEE,
    "band": language.BAND,
    "case": language.CASE,
    "customer": language.CUSTOMER,
    "keep": language.KEEP,
    "example": language.EXAMPLE,
    "shared page": language.SHARED_PAGE,
    "council": language.COUNCIL,
    "calendar": language.CALENDAR,
    "extra day": language.EXTRA_DAY,
}
"""Every table of keys, by the name it has in a marker."""
_BLOCK = re.compile(r"<!-- (?P<what>[a-z]+)(?:: (?P<of>[^>]+?))? -->\n.*?<!-- end -->", re.DOTALL)
_SAID = re.compile(r"^\S+ error (?P<code>[A-Z]\d{3}) (?P<message>.*)$")


def refreshed(page: str) -> str:
    """The page with every table as the code has it now."""
    writers: Mapping[str, Callable[[str], Iterator[str]]] = {
        "keys": lambda of: _keys(LEVELS[of]),
        "type": _type,
        "findings": lambda _of: _findings(),
        "settings": lambda _of: _settings(),
        "roles": lambda _of: _roles(),
    }

    def write(block: re.Match[str]) -> str:
        what, of = block["what"], block["of"] or ""
        marker = f"<!-- {what}: {of} -->" if of else f"<!-- {what} -->"
        return "\n".join([marker, *writers[what](of), "<!-- end -->"])

    return _BLOCK.sub(write, page)


def schema_text() -> str:
    """What docs/form.schema.json must be: the line every form begins with names it."""
    return json.dumps(form_schema(), indent=2, ensure_ascii=False) + "\n"


def _keys(keys: Mapping[str, Key]) -> Iterator[str]:
    yield "| Key | | What it is for | Written as |"
    yield "|---|---|---|---|"
    for name, key in keys.items():
        must = "must" if key.required else ""
        yield f"| `{name}` | {must} | {_cell(key.about)} | {key.shape} |"


def _type(name: str) -> Iterator[str]:
    field = FIELD_TYPES[name]
    for key, about in field.keys.items():
        yield f"- `{key}`: {about}"
    if field.keys:
        yield ""
    if not field.asks:
        yield "It asks nothing, so there is nothing for conditions to see."
    else:
        yield f"Conditions see: {_IN_WORDS[field.cel_type]}."


_IN_WORDS = {
    "string": "a text",
    "int": "a number",
    "bool": "yes or no",
    "timestamp": "a date",
    "list(string)": "a list of texts",
    "map(string, string)": "several parts, each a text",
    "map(string, timestamp)": "several parts, each a date",
    "map(string, dyn)": "several parts",
}


def _findings() -> Iterator[str]:
    yield "| Code | For example | What to do |"
    yield "|---|---|---|"
    for code, (message, cure) in sorted(_said().items()):
        yield f"| {code} | {_cell(message)} | {_cell(cure)} |"


def _said() -> dict[str, tuple[str, str]]:
    """Code → its first message, and the first cure there is."""
    said = {"F043": ("nothing reads this file", "Give it a name that ends with .yml.")}
    for case in CASES:
        for line, after in zip(case.said, [*case.said[1:], ""], strict=True):
            found = _SAID.match(line)
            if found is None:
                continue
            cure = after.strip() if after.startswith(" ") else ""
            message, known = said.get(found["code"], (found["message"], ""))
            said[found["code"]] = message, known or cure
    return said


def _settings() -> Iterator[str]:
    yield "| Setting | When left out | What it is |"
    yield "|---|---|---|"
    for prefix, of in (("PORTAL_", Settings), ("PORTAL_STRIPE_", StripeSettings)):
        for name, setting in of.model_fields.items():
            default = setting.default
            secret = hasattr(default, "get_secret_value")
            shown = str(default.get_secret_value() if secret else default)
            left_out = f"`{shown}`" if shown and shown != "PydanticUndefined" else ""
            about = setting.description or _STRIPE[name]
            yield f"| `{prefix}{name.upper()}` | {left_out} | {_cell(about)} |"


def _roles() -> Iterator[str]:
    yield f"| Somebody may … | {' | '.join(f'`{role.value}`' for role in ROLES)} |"
    yield "|---" * (1 + len(ROLES)) + "|"
    for permission in Permission:
        marks = ("yes" if permission in allowed else "" for allowed in ROLES.values())
        yield f"| {_cell(ABOUT[permission])} | {' | '.join(marks)} |"


_STRIPE = {
    "api_key": "The secret key from Stripe's dashboard: `sk_live_…`, or `sk_test_…` to try.",
    "api_base": "Another address that speaks Stripe's routes; never with a live key.",
    "webhook_secret": "`whsec_…`; two, with a comma between, while it is being changed.",
    "payment_method_configuration": "`pmc_…`, when not the account's usual ways to pay.",
    "statement_suffix": "At most 22 characters on the payer's bank statement.",
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("{", "&#123;").replace("<", "&lt;")


def main() -> None:
    """Write every page that is behind."""
    for page in PAGES:
        page.write_text(refreshed(page.read_text("utf-8")), "utf-8")
    (DOCS / "form.schema.json").write_text(schema_text(), "utf-8")


if __name__ == "__main__":
    main()
