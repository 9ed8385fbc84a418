"""The words of residents' pages stand in words.toml, in both languages, and nowhere else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.forms.fields.welsh import is_known
from portal.forms.migrating import Why
from portal.templating import read_words

ROOT = Path(__file__).parent.parent.parent / "portal"
TEMPLATES = sorted(
    path
    for path in (ROOT / "templates").rglob("*.html")
    if path.relative_to(ROOT / "templates").parts[0] not in ("staff", "design")
)
OF_STAFF = {
    *("design.py", "design_views.py", "outbox.py", "publishing.py", "staff.py", "staff_door.py"),
    *("trying.py", "workbench.py"),
}
BEFORE_ANY_PAGE = {"security.py", "static_files.py"}
"""What these refuse, they refuse in plain text, and no page of ours leads there."""
MODULES = sorted(
    path for path in (ROOT / "web").rglob("*.py") if path.name not in OF_STAFF | BEFORE_ANY_PAGE
)
SAID = ("alt", "aria-label", "title", "placeholder", "content")


def own_words(template: str) -> list[str]:
    """What a template says of itself: between its tags, in what is read out, and in quotes."""
    plain = re.sub(r"\{#.*?#\}", " ", template, flags=re.DOTALL)
    code = " ".join(re.findall(r"\{[{%](.*?)[%}]\}", plain, flags=re.DOTALL))
    quoted = re.findall(r"\"([^\"]*)\"|'([^']*)'", code)
    plain = re.sub(r"\{[{%].*?[%}]\}", "", plain, flags=re.DOTALL)
    spoken = re.findall(rf'\s(?:{"|".join(SAID)})="([^"]*)"', re.sub("<meta[^>]*>", "", plain))
    shown = re.sub(r"<[^>]*>", "\n", plain).split("\n")
    sentences = [text for pair in quoted for text in pair if re.search(r"[A-Za-z]{2,} [a-z]", text)]
    is_worded = re.compile(r"[A-Za-z]{2,}")
    return [text.strip() for text in (*shown, *spoken) if is_worded.search(text)] + sentences


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_of_a_residents_page_has_words_of_its_own(path: Path) -> None:
    found = own_words(path.read_text(encoding="utf-8"))
    assert [text for text in found if not text.startswith(("data-", "aria-", "-"))] == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>Your answers are kept.</p>",
        '<img alt="The council’s logo">',
        '{{ button("Go on with it") }}',
        "{% if is_new %}Welcome{% endif %}",
        "<p>{{ say.or }} ring us</p>",
    ],
)
def test_words_of_a_templates_own_are_found(template: str) -> None:
    assert own_words(template)


def sentences_in(module: ast.Module) -> Iterator[str]:
    """Sentences a module may show: strings that begin as one does, its documentation aside."""
    documented = {id(part.value) for part in ast.walk(module) if isinstance(part, ast.Expr)}
    for part in ast.walk(module):
        if id(part) in documented or not isinstance(part, ast.Constant):
            continue
        if isinstance(part.value, str) and re.match(r"[A-Z][a-z’']* [a-z]", part.value):
            yield part.value


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_no_page_of_a_resident_is_given_english_that_has_no_welsh(path: Path) -> None:
    said = sentences_in(ast.parse(path.read_text(encoding="utf-8")))
    assert [text for text in said if not is_known(text) and text not in IN_BOTH] == []


IN_BOTH = {
    "Not provided",
    "Heb ei ddarparu",
    "Worked out from your answers",
    "Wedi’i gyfrifo o’ch atebion",
    "Email address",
}
"""Beside their Welsh in the module itself; and the name of a question whose page words it."""


def test_why_an_answer_was_lost_is_told_as_it_is_kept_with_the_draft() -> None:
    words = read_words(ROOT / "templates" / "words.toml")["en"]
    assert {f"why_{why.name.lower()}": why.value for why in Why} == {
        name: said for name, said in words.items() if name.startswith("why_")
    }
