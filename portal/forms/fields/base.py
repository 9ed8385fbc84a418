"""What every field type is: one object that knows all there is to know about one kind of answer.

A field type reads its own keys from the YAML, parses what was posted, fills its inputs again,
shows, stores and loads a value, and says what type it has in a condition. Pure: whatever it
needs from outside (an address by UPRN, an uploaded file) comes through `Asking`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeAlias

from portal.core.shapes import is_list, is_mapping
from portal.forms.calendars import Free, no_calendars
from portal.forms.fields.domain import Domain
from portal.forms.fields.modulus_check import SAMPLE_WEIGHTS, ModulusTable
from portal.forms.fields.welsh import in_welsh

Json: TypeAlias = bool | int | str | list[Any] | dict[str, Any] | None
"""What json.dumps takes, floats left out on purpose."""

Raw: TypeAlias = Mapping[str, Sequence[str]]
"""What was posted: input name → every value sent under it, in order, text exactly as typed."""

AnswerValue: TypeAlias = Any
"""A validated value: str, int, bool, date, tuple, or a frozen dataclass of the field's own."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One mistake: which input it belongs to, and what to do, in plain words."""

    input: str
    """The `name` (and `id`) of the input the error summary links to."""
    message: str


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Nothing is wrong, but the question needs another look before it can be answered.

    An address search that found ten matches is one: the page is shown again with the list.
    """

    found: object
    """What the template shows: for an address, the tuple of matches."""
    message: str = ""
    """Announced at the top of the question, for example "3 addresses found"."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a form definition: where under the question, what, and the cure."""

    key: str
    """The YAML key under the question the problem belongs to; empty for the question itself."""
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """A question's own YAML keys, every scalar as text, for a field type to read.

    Each reader notes a problem and gives a harmless value instead of raising, so that every
    problem in a file is reported at once.
    """

    raw: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list[Problem])
    language: str = "en"
    """The language of the question's texts, for the words of a type's own."""

    def text(self, key: str, default: str = "") -> str:
        """A text value."""
        value = self.raw.get(key, default)
        if isinstance(value, str):
            return value
        self.problem(key, f"{key} must be text")
        return default

    def whole_number(self, key: str, default: int | None = None) -> int | None:
        """A whole number, or the default when the key is absent."""
        value = self.raw.get(key)
        if value is None:
            return default
        try:
            if isinstance(value, str) and value.lstrip("-").isascii():
                return int(value)
        except ValueError:
            pass
        self.problem(key, f"{key} must be a whole number, not {value!r}")
        return default

    def flag(self, key: str, *, default: bool = False) -> bool:
        """`yes` or `no`."""
        value = self.raw.get(key)
        if value is None:
            return default
        if value in ("yes", "true"):
            return True
        if value in ("no", "false"):
            return False
        self.problem(key, f"{key} must be yes or no, not {value!r}")
        return default

    def words(self, key: str, allowed: Sequence[str], default: Sequence[str]) -> tuple[str, ...]:
        """A list of words out of an allowed set (a single word counts as a list of one)."""
        value = self.raw.get(key)
        if value is None:
            return tuple(default)
        listed: Any = [value] if isinstance(value, str) else value
        if not is_list(listed) or not listed:
            self.problem(key, f"{key} must be a list", hint=f"Choose from {', '.join(allowed)}.")
            return tuple(default)
        for word in listed:
            if word not in allowed:
                self.problem(
                    key, f"{key} cannot be {word!r}", hint=f"Choose from {', '.join(allowed)}."
                )
        return tuple(str(word) for word in listed if word in allowed) or tuple(default)

    def one_of(self, key: str, allowed: Sequence[str], default: str) -> str:
        """One word out of an allowed set."""
        value = self.raw.get(key, default)
        if value in allowed:
            return str(value)
        self.problem(key, f"{key} cannot be {value!r}", hint=f"Choose from {', '.join(allowed)}.")
        return default

    def options(self, key: str = "options") -> tuple["Option", ...]:
        """A mapping value → label, or value → {label, hint, when}; at least one.

        What `when` says is compiled with the form's other conditions, not here.
        """
        value = self.raw.get(key)
        if not is_mapping(value) or not value:
            self.problem(
                key,
                f"{key} must list at least one choice",
                hint="Write `value: Label` lines under it.",
            )
            return ()
        return tuple(self._option(key, str(name), of) for name, of in value.items())

    def problem(self, key: str, message: str, hint: str = "") -> None:
        """Note a problem with one key."""
        self.problems.append(Problem(key, message, hint))

    def _option(self, key: str, name: str, of: Any) -> "Option":  # noqa: ANN401  # YAML value
        if isinstance(of, str):
            return Option(name, of)
        if (
            is_mapping(of)
            and isinstance(of.get("label"), str)
            and isinstance(of.get("hint", ""), str)
            and set(of) <= {"label", "hint", "when"}
        ):
            return Option(name, of["label"], of.get("hint", ""))
        self.problem(key, f"the choice {name!r} must be a label, or a label with a hint")
        return Option(name, name)


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: the value conditions read, the label people read, and a hint."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class AddressRecord:
    """One address from the gazetteer, or one typed by hand (then without a UPRN)."""

    lines: tuple[str, ...]
    town: str
    postcode: str
    uprn: str = ""
    usrn: str = ""
    easting: int | None = None
    northing: int | None = None

    @property
    def one_line(self) -> str:
        """For example "Flat 2, 14 High Street, Fenwick, ZZ1 1AA"."""
        return ", ".join(part for part in (*self.lines, self.town, self.postcode) if part)


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map and how it was found. Degrees are WGS 84, kept as text: never float."""

    description: str
    easting: int | None = None
    northing: int | None = None
    latitude: str = ""
    longitude: str = ""
    uprn: str = ""
    usrn: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An uploaded file that has already passed its checks and is safely stored with the draft."""

    id: str
    name: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str


class Gazetteer(Protocol):
    """Where addresses are looked up. Never raises for text nobody lives at: no matches then."""

    def find(self, uprn: str) -> AddressRecord | None:
        """The address with this UPRN, or None."""
        ...

    def search(self, words: str, limit: int = 50) -> Sequence[AddressRecord]:
        """Best matches first, for a postcode or any words of an address."""
        ...

    def place(self, words: str) -> Sequence[Place]:
        """Streets, postcodes and properties matching the words, as points on the map."""
        ...

    def nearest(self, latitude: str, longitude: str) -> Place | None:
        """The nearest street to a point in degrees; None when it is outside the district."""
        ...


@dataclass(frozen=True, slots=True)
class Asking:
    """What a field type may use while it reads a posted page."""

    on: date
    """The council's day (Europe/London)."""
    gazetteer: Gazetteer
    files: Callable[[str], StoredFile | None]
    """The draft's own uploaded file with this id; None for anybody else's."""
    brought: Mapping[str, str] = field(default_factory=dict[str, str])
    """What a link the portal allows brought along: question → text, not yet checked."""
    bank_weights: ModulusTable = SAMPLE_WEIGHTS
    """How bank accounts are checked; a council puts the published table here."""
    free: Free = no_calendars
    """Which slots of a calendar can be had."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands in a definition: for messages only, never part of what it says."""

    file: str = ""
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """One thing asked. `options` is whatever the field type read from its own keys."""

    name: str
    ask: str
    type: str
    hint: str = ""
    optional: bool = False
    about: str = ""
    """How an error names it: "Enter {about}"; by default worked out from `ask`."""
    settings: Any = None
    errors: Mapping[str, str] = field(default_factory=dict[str, str])
    """The designer's own wording for an error, by its kind (`missing`, `too_long` …)."""
    language: str = "en"
    """The language it is asked in, and its errors are said in."""
    spot: Spot = field(default=Spot(), compare=False)

    def say(self, kind: str, default: str) -> str:
        """The wording of one error: the designer's, or the GOV.UK Design System's."""
        return self.errors.get(kind) or self.in_own_words(default)

    def in_own_words(self, said: str) -> str:
        """One of the field types' English sentences in the question's language."""
        if self.language == "en":
            return said
        labels = getattr(self.settings, "labels", ())
        return in_welsh(said, self.ask, self.about, labels)


class FieldType(Protocol):
    """Every aspect of one type of question. One module in this folder ends with `FIELD = …`."""

    name: str
    """The word after `type:`; the module and the template have the same name (- is _)."""
    keys: Mapping[str, str]
    """Its own YAML keys → a sentence for the editor; `ask`, `hint` … belong to every question."""
    asks: bool
    """False for content blocks, which show something and have no answer."""
    cel_type: str
    """string, int, bool, timestamp, list(string), map(string, string),
    map(string, timestamp) or map(string, dyn)."""

    def read(self, keys: Keys) -> Any:  # noqa: ANN401  # the type's own frozen settings
        """Turn the question's own YAML keys into settings; note problems on `keys`."""
        ...

    def inputs(self, question: Question) -> tuple[str, ...]:
        """The names of the inputs it posts, first the one an error links to."""
        ...

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> "AnswerValue | Unfinished | tuple[FieldError, ...] | None":
        """Read what was posted. None means not answered (only when the question is optional).

        A mistake is a non-empty tuple of FieldError; never an exception, whatever was posted.
        """
        ...

    def as_raw(self, question: Question, value: AnswerValue) -> dict[str, list[str]]:
        """What to fill the inputs with so that parsing it again gives the same value."""
        ...

    def show(self, question: Question, value: AnswerValue) -> tuple[str, ...]:
        """The lines shown on check answers and in documents."""
        ...

    def dump(self, value: AnswerValue) -> Json:
        """How the value is stored in a draft and sent in a case."""
        ...

    def load(self, stored: Json) -> AnswerValue:
        """The value back from storage. Raises ValueError when it was not written by `dump`."""
        ...

    def cel(self, value: AnswerValue) -> Any:  # noqa: ANN401  # what CEL takes
        """The value as conditions see it, of the type `cel_type` names."""
        ...

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401
        """An answer as a designer writes it in `examples:` → what a browser would post."""
        ...

    def domain(self, question: Question) -> Domain:
        """Every value the question can have, as conditions see it: never too few."""
        ...

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401
        """A value of the domain as a designer writes it: `read_example` reads it again."""
        ...

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """Posts that must each be refused; the tests of every form send them all."""
        ...
