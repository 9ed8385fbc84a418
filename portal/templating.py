"""The one Jinja environment: how templates are found, what they may call and in which language.

Everything is escaped, whatever a template's file is called. A template knows nothing of forms
or payments; it gets values and draws them.
"""

import re
import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nh3
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from portal.assets import read_assets
from portal.core.dates import in_words
from portal.core.languages import LANGUAGES
from portal.core.money import format_pounds

HTMX_CONFIG = (
    '{"noSwap":[204,304,"5xx"],"history":"reload",'
    '"includeIndicatorCSS":false,"defaultTimeout":15000}'
)
"""A server error leaves what was typed on the screen; Back reloads instead of keeping pages."""

_MOST_KEPT_TEXTS = 1024
_MEGABYTE = 1024 * 1024
_ACCEPTS = {"jpg": ".jpg,.jpeg,image/jpeg", "png": ".png,image/png"}


def build_environment(
    templates: Path, static: Path, *, development: bool = False, bytecode: Path | None = None
) -> Environment:
    """Make the environment every page and document is drawn with.

    `static` is the folder of static files, whose addresses templates ask for by name. In
    development a changed template is read again; otherwise each is read once, and its compiled
    form is kept in the folder `bytecode`.
    """
    if bytecode is not None:
        bytecode.mkdir(parents=True, exist_ok=True)
    environment = _Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        auto_reload=development,
        bytecode_cache=FileSystemBytecodeCache(str(bytecode)) if bytecode else None,
        cache_size=-1,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    assets = read_assets(static)
    environment.globals |= {  # pyright: ignore[reportAttributeAccessIssue]  # jinja's is narrower
        "static": lru_cache(assets.url),
        "theme_colour": assets.theme_colour,
        "words": (words := read_words(templates / "words.toml")),
        "in_language": "en",
        "say": _as_markup(words["en"]),
        "htmx_config": HTMX_CONFIG,
    }
    environment.filters |= {
        "accepts": accepts,
        "date_words": date_words,
        "file_kinds": file_kinds,
        "file_size": file_size,
        "markdown": markdown,
        "pounds": format_pounds,
        "put": put,
        "telephone": telephone,
    }
    return environment


class _Environment(Environment):
    """Jinja's, with the globals handed to a template as they are.

    By default each template gets a chain of mappings over them, which every import of a macro
    searches in Python; ours never differ from template to template.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's globals, with a template's own if it has any."""
        return super().make_globals(d) if d else self.globals


def in_language(environment: Environment, language: str) -> Environment:
    """The same environment with the words of another language, in components too."""
    other = environment.overlay()  # with a cache of its own
    shared: dict[str, Any] = dict(environment.globals)
    own = {"in_language": language, "say": _as_markup(shared["words"][language])}
    other.globals = shared | own  # pyright: ignore[reportAttributeAccessIssue]  # jinja's is narrower
    return other


def put(text: Markup, **values: object) -> Markup:
    """A text of ours with values in the places of its {names}; the values are escaped."""
    return text.format(**values)


def _as_markup(words: Mapping[str, str]) -> Mapping[str, Markup]:
    return {name: Markup(text) for name, text in words.items()}  # noqa: S704  # the words are ours


def read_words(file: Path) -> Mapping[str, Mapping[str, str]]:
    """The words of the layout and the components: by language, then by name.

    Raises:
        KeyError: a word is missing in one of the languages. Trying again does not help.
    """
    words: Mapping[str, Mapping[str, str]] = tomllib.loads(file.read_text(encoding="utf-8"))
    return MappingProxyType(
        {language: {name: word[language] for name, word in words.items()} for language in LANGUAGES}
    )


def date_words(day: date) -> str:
    """24 November 2026."""
    return in_words(day)


def telephone(number: str) -> str:
    """A phone number as a `tel:` link wants it: digits and a leading plus (RFC 3966)."""
    return ("+" if number.strip().startswith("+") else "") + "".join(re.findall(r"\d", number))


def file_size(size: int) -> str:
    """Bytes as people read them: "850 KB", "1.5 MB", "10 MB"."""
    if size < _MEGABYTE:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / _MEGABYTE:.1f}".removesuffix(".0") + " MB"


def accepts(kinds: Sequence[str]) -> str:
    """What a file input's `accept` says for kinds like "pdf" and "jpg".

    The media types beside the endings make phones offer the camera, and iPhones send a JPEG
    instead of a HEIC.
    """
    return ",".join(_ACCEPTS.get(kind, f".{kind}") for kind in kinds)


def file_kinds(kinds: Sequence[str]) -> str:
    """Kinds of file in words: "PDF, JPG or PNG"."""
    *some, last = (kind.upper() for kind in kinds)
    return f"{', '.join(some)} or {last}" if some else last


_CLASSES: Mapping[str, str] = MappingProxyType(
    {
        "paragraph_open": "govuk-body",
        "bullet_list_open": "govuk-list govuk-list--bullet",
        "ordered_list_open": "govuk-list govuk-list--number",
        "link_open": "govuk-link",
        "table_open": "govuk-table",
        "thead_open": "govuk-table__head",
        "tbody_open": "govuk-table__body",
        "tr_open": "govuk-table__row",
        "th_open": "govuk-table__header",
        "td_open": "govuk-table__cell",
        "hr": "govuk-section-break govuk-section-break--m govuk-section-break--visible",
    }
)
_HEADINGS = {"h1": ("h2", "m"), "h2": ("h3", "s")}
"""The page's own heading is the h1: a text begins one level down."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")

_INLINE = {"a", "strong", "em", "br", "code"}
_BLOCKS = {"p", "ul", "ol", "li", "hr", "h2", "h3", "h4", "blockquote"}
_TAGS = _INLINE | _BLOCKS | {"table", "thead", "tbody", "tr", "th", "td"}
_ATTRIBUTES = {tag: {"class"} for tag in _TAGS} | {
    "a": {"class", "href"},
    "ol": {"class", "start"},
    "th": {"class", "scope"},
}


def markdown(text: str, *, keep: bool = True) -> Markup:
    """Draw a designer's Markdown with GOV.UK classes; HTML in it is shown, not run.

    The results are kept for the next time, unless the text has a resident's answers in it.
    Links may be https, http, mailto and tel, or within the portal; pictures are not drawn.
    """
    return _kept_markdown(text) if keep else _draw_markdown(text)


def _draw_markdown(text: str) -> Markup:
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        _dress(token)
    drawn: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    clean = nh3.clean(
        drawn,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"https", "http", "mailto", "tel"},
        link_rel=None,
    )
    return Markup(clean)  # noqa: S704  # nh3 has just let through only what is listed above


_kept_markdown = lru_cache(maxsize=_MOST_KEPT_TEXTS)(_draw_markdown)


def _dress(token: Token) -> None:
    """Give one token and its children their class and heading level."""
    if token.type in ("heading_open", "heading_close"):
        token.tag, size = _HEADINGS.get(token.tag, ("h4", "s"))
        if token.nesting == 1:
            token.attrSet("class", f"govuk-heading-{size}")
    elif token.type in _CLASSES:
        token.attrSet("class", _CLASSES[token.type])
    if token.type == "th_open":
        token.attrSet("scope", "col")
    children: Sequence[Token] = token.children or ()
    for child in children:
        _dress(child)
