"""How an error names what was asked: "Enter your full name", "Plots must be 999 or less".

A designer's `about:` always wins; this module alone knows how to get something readable out of
the question itself. Wording follows the GOV.UK Design System's error messages
(https://design-system.service.gov.uk/components/error-message/).
"""

import re
from collections.abc import Sequence

from portal.forms.fields.base import Question

_WHO = r"(?:you|it|they|we|this|that|there|he|she)"
_WHAT_IS = re.compile(
    r"(?:what(?:'s|\u2019s| is| are| was| were)|please (?:enter|give|state))\s+"
    rf"(?!{_WHO}\b|\w+ing$)",
    re.IGNORECASE,
)
_GIVE = re.compile(
    r"(?:enter|upload|select|choose|provide|give|add|attach|state|tell us)\s+", re.IGNORECASE
)
_TELL_ABOUT = re.compile(r"(?:tell us about|give (?:us )?details of)\s+", re.IGNORECASE)
_DESCRIBE = re.compile(r"describe\s+", re.IGNORECASE)
_ASKS = re.compile(r"(?:what|which|when|where|who|whose|why|how)\b", re.IGNORECASE)
_INVERTED = re.compile(
    rf"(?P<asked>.+?)\s+(?P<verb>is|are|was|were|will|can|should|would|have|has|must|do)\s+"
    rf"(?P<who>{_WHO})\b(?P<rest>.*)",
    re.IGNORECASE,
)
_WHEN_IS = re.compile(
    r"(?P<asked>when|where|who|what)\s+(?P<verb>is|are|was|were)\s+(?P<it>.+)", re.IGNORECASE
)
_YES_IF = re.compile(
    r"(?P<verb>is|are|was|were|will|can|should|would|have|has|must|do)\s+"
    rf"(?P<who>{_WHO})\b(?P<rest>.+)",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|does|did|do|can|should|would|have|has|must)\b", re.IGNORECASE
)
_LEFT_HANGING = re.compile(r".*(?:ing|\b(?:for|from|in|on|at|to|with|about|of|by))", re.IGNORECASE)


def about(question: Question) -> str:
    """What the question asks for, to go in the middle of a sentence: "your full name".

    A question that cannot be turned round is quoted whole, so the sentence stays grammatical.
    """
    if question.about:
        return question.about
    asked = " ".join(question.ask.split()).rstrip(" ?.:")
    if not asked:
        return "an answer"
    for lead, instead in (
        (_WHAT_IS, ""),
        (_TELL_ABOUT, "details of "),
        (_DESCRIBE, "a description of "),
    ):
        if match := lead.match(asked):
            return instead + lower_first(asked[match.end() :])
    if match := _GIVE.match(asked):
        return lower_first(asked[match.end() :])
    if _ASKS.match(asked) or question.ask.rstrip().endswith("?"):
        return _turned_round(asked)
    return lower_first(asked)


def starting(words: str) -> str:
    """The words at the beginning of a sentence: "your date of birth" → "Date of birth"."""
    plain = words.removeprefix("your ") or words
    return plain[:1].upper() + plain[1:]


def yes_if(question: Question) -> str:
    """The GOV.UK wording for a yes-no question: "Select yes if you are over 18"."""
    if question.about:
        return f"Select yes if {question.about.removeprefix('whether ')}"
    asked = " ".join(question.ask.split()).rstrip(" ?.")
    match = _YES_IF.fullmatch(asked)
    if match is None:
        return "Select yes or no"
    return f"Select yes if {_verb_second(match)}"


def lower_first(words: str) -> str:
    """Small first letter, except in "MOT", "UPRN", "iPad" and "I"."""
    first = words.split(" ", 1)[0]
    if first == "I" or any(letter.isupper() for letter in first[1:]):
        return words
    return words[:1].lower() + words[1:]


def in_a_row(words: Sequence[str], link: str = "and") -> str:
    """The words in a row: one, "a and b", "a, b and c"."""
    if len(words) < 2:  # noqa: PLR2004  # nothing to link
        return "".join(words)
    return f"{', '.join(words[:-1])} {link} {words[-1]}"


def with_article(word: str) -> str:
    """The word with its article by sound: "a PDF", "an XLSX"."""
    letters = "AEFHILMNORSX" if word.isupper() else "AEIOU"
    return f"{'an' if word[:1].upper() in letters else 'a'} {word}"


def _turned_round(asked: str) -> str:
    inverted = _INVERTED.fullmatch(asked)
    if inverted is not None and _ASKS.match(asked):
        return f"{lower_first(inverted['asked'])} {_verb_second(inverted)}"
    if statement := _YES_IF.fullmatch(asked):
        return f"whether {_verb_second(statement)}"
    plain = _WHEN_IS.fullmatch(asked)
    if plain is not None and not _LEFT_HANGING.fullmatch(plain["it"]):
        return f"{lower_first(plain['asked'])} {plain['it']} {plain['verb'].lower()}"
    if re.match(
        r"(?:how (?:many|much)|which|what)\b", asked, re.IGNORECASE
    ) and not _AUXILIARY.search(asked):
        return lower_first(asked)
    return f"the answer to “{asked}?”"


def _verb_second(match: re.Match[str]) -> str:
    """The statement inside a question: "do you need" → "you need", "is it" → "it is"."""
    who, verb, rest = match["who"].lower(), match["verb"].lower(), match["rest"]
    return f"{who}{rest}" if verb == "do" else f"{who} {verb}{rest}"
