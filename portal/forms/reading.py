"""How hard a form's texts are to read: Flesch-Kincaid, page by page, with the hardest sentences.

The measure counts words and syllables; it knows nothing of sense. GOV.UK writes for people of nine.
Syllables are counted by groups of vowels: for the words of forms that is nearer than hyphenation.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from portal.forms.definition import FormDefinition, Page
from portal.forms.fields.base import Question

AIM = 9
"""The age GOV.UK writes for."""
LONGEST_SENTENCE = 25
"""Words; GOV.UK splits longer ones."""
_FEWEST_TO_SAY = 30
"""Words of a page: of fewer the measure says nothing."""
_FEWEST_WORDS = 8
"""A label of fewer words is no sentence to be judged."""
_LONG_WORD = 4
"""Syllables from which on a word is called long."""
_SHOWN = 3
_SCHOOL_BEGINS_AT = 5
_WORDS_A_MINUTE, _SECONDS_A_QUESTION = 180, 12
_WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+|\n\s*\n|\n(?=\s*(?:[-*#]|\d+\.)\s)")
_NOT_READ = re.compile(r"\{[^{}]*\}|\]\([^)]*\)|https?://\S+|[*_#`>|\[\]]")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT_END = re.compile(r"[aeiouy][^aeiouy]+e$|[^aeioudty]ed$|[^aeiouscgzxh]es$")
_SPOKEN_END = re.compile(r"[^aeiouy]les?$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One hard sentence, with what to do about it."""

    text: str
    age: int
    advice: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How hard the texts of one page are, or of the whole form."""

    name: str
    """Of the page; empty for the whole form."""
    title: str
    words: int
    age: int | None
    """In years, from 5 upwards; None where there are too few words to say."""
    hardest: tuple[Sentence, ...] = ()


def reading_of(definition: FormDefinition) -> tuple[Reading, tuple[Reading, ...]]:
    """The whole form, and each of its pages, the hardest first."""
    start = [definition.title, definition.summary, definition.before_you_start]
    end = [definition.what_happens_next, definition.declaration]
    pages = [(page.name, page.title, list(_texts(page))) for page in definition.pages]
    everything = [*start, *(text for _, _, texts in pages for text in texts), *end]
    listed = [("", "The start page", start), *pages, ("", "The end", end)]
    readings = [_reading(name, title, texts) for name, title, texts in listed]
    readings.sort(key=lambda one: -(one.age or 0))
    whole = _reading("", definition.title, everything)
    return whole, tuple(one for one in readings if one.words)


def minutes_for(pages: Iterable[Page]) -> int:
    """Roughly how long these pages take: to read them, and to answer each question once."""
    seconds = 0.0
    for page in pages:
        words = sum(len(_WORD.findall(_plain(text))) for text in _texts(page))
        asked = sum(1 for question in page.questions if question.ask)
        seconds += 60 * words / _WORDS_A_MINUTE + _SECONDS_A_QUESTION * asked
    return max(1, ceil(seconds / 60))


def reading_age(text: str) -> int:
    """Flesch-Kincaid as an age in years: the grade of the American school, and five."""
    return _age(sentences_of(text))


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, without its Markdown and placeholders; a label counts as one."""
    parts = (
        " ".join(_plain(part).split()).strip(" -\u2013\u2022") for part in _SENTENCE.split(text)
    )
    return [part for part in parts if _WORD.search(part)]


def syllables(word: str) -> int:
    """About how many a word has, at least one."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    number = len(_VOWELS.findall(bare))
    if number > 1 and _SILENT_END.search(bare) and not _SPOKEN_END.search(bare):
        number -= 1
    return max(number, 1)


def _texts(page: Page) -> Iterator[str]:
    yield page.title
    yield page.guidance
    for question in page.questions:
        yield from _texts_of(question)
    for check in (*page.checks, *page.warnings):
        yield check.otherwise


def _texts_of(question: Question) -> Iterator[str]:
    yield question.ask
    yield question.hint
    settings = question.settings
    yield _as_text(getattr(settings, "text", ""))
    for option in getattr(settings, "options", ()):
        yield option.label
        yield option.hint


def _plain(text: str) -> str:
    return _NOT_READ.sub(" ", text)


def _as_text(text: object) -> str:
    return text if isinstance(text, str) else ""


def _reading(name: str, title: str, texts: Sequence[str]) -> Reading:
    sentences = [sentence for text in texts for sentence in sentences_of(text)]
    words = sum(len(_WORD.findall(sentence)) for sentence in sentences)
    hard = (_judged(sentence) for sentence in dict.fromkeys(sentences))
    hardest = sorted((one for one in hard if one), key=lambda one: -one.age)
    age = _age(sentences) if words >= _FEWEST_TO_SAY else None
    return Reading(name, title, words, age, tuple(hardest[:_SHOWN]))


def _judged(sentence: str) -> Sentence | None:
    """A sentence that is harder than it should be; None for any other, and for a label."""
    words = _WORD.findall(sentence)
    if len(words) < _FEWEST_WORDS:
        return None
    age = _age([sentence])
    long_words = list(dict.fromkeys(w.lower() for w in words if syllables(w) >= _LONG_WORD))
    advice: list[str] = []
    if len(words) > LONGEST_SENTENCE:
        advice.append(f"Split it: it has {len(words)} words, and {LONGEST_SENTENCE} are enough.")
    if long_words:
        advice.append(f"Is there a plainer word for {', '.join(long_words[:4])}?")
    if age <= AIM or not advice:
        return None
    return Sentence(sentence, age, " ".join(advice))


def _age(sentences: Sequence[str]) -> int:
    words = [word for sentence in sentences for word in _WORD.findall(sentence)]
    if not words:
        return _SCHOOL_BEGINS_AT
    spoken = sum(map(syllables, words))
    grade = 0.39 * len(words) / len(sentences) + 11.8 * spoken / len(words) - 15.59
    return max(_SCHOOL_BEGINS_AT, round(grade) + _SCHOOL_BEGINS_AT)
