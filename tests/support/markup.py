"""Markup in one canonical form, to compare ours with GOV.UK Frontend's published fixtures.

Equal means: the same elements, attributes, classes and words in the same places. The order of
attributes and classes and white space around elements do not count, nor what is left out on
purpose: hooks for GOV.UK Frontend's own JavaScript, which we do not ship, and `aria-invalid`,
which we add.
"""

import hashlib
import re
from xml.etree.ElementTree import Element

import html5lib

_NOT_COMPARED = {
    "aria-invalid", "data-count-type", "data-left", "data-module", "data-over",
    "data-prevent-double-click",
}  # fmt: skip


def canonical(html: str) -> str:
    """One line for each element and each text, indented by depth."""
    fragment = html5lib.parseFragment(html, namespaceHTMLElements=False)
    lines: list[str] = []
    _write_children(fragment, 0, lines)
    return "\n".join(lines)


def digest(html: str) -> str:
    """A short fingerprint of the canonical form."""
    return hashlib.sha256(canonical(html).encode()).hexdigest()[:16]


def _write_children(element: Element, depth: int, lines: list[str]) -> None:
    _write_text(element.text, depth, lines)
    for child in element:
        _write_element(child, depth, lines)
        _write_text(child.tail, depth, lines)


def _write_element(element: Element, depth: int, lines: list[str]) -> None:
    attributes = {
        name: value for name, value in element.attrib.items() if name not in _NOT_COMPARED
    }
    if "class" in attributes:
        attributes["class"] = " ".join(sorted(attributes["class"].split()))
    said = "".join(f' {name}="{attributes[name]}"' for name in sorted(attributes))
    lines.append(f"{'  ' * depth}<{element.tag}{said}>")
    _write_children(element, depth + 1, lines)


def _write_text(text: str | None, depth: int, lines: list[str]) -> None:
    words = re.sub(r"\s+", " ", text or "").strip()
    if words:
        lines.append(f"{'  ' * depth}{words}")
