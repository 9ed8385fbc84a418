"""The field type `bank-details`: the account a council pays into or collects from.

The numbers go to the case alone. Check answers, receipts and documents show the last two figures
of the account number, conditions and texts with placeholders see no more, and nothing prints the
value. Layout and errors: the GOV.UK Design System's bank details pattern
(https://design-system.service.gov.uk/patterns/bank-details/).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.forms.fields.base import Asking, FieldError, FieldType, Json, Keys, Question, Raw
from portal.forms.fields.codes import compact
from portal.forms.fields.domain import Unmodelled
from portal.forms.fields.modulus_check import may_exist
from portal.forms.fields.stored import load_mapping, load_text
from portal.forms.fields.text_rules import (
    TEXT_MISTAKES,
    only_value,
    read_text,
    repeated,
    unstorable_samples,
)
from portal.forms.fields.written import written_parts

PARTS: Mapping[str, str] = {
    "name": "name on the account",
    "sort-code": "sort code",
    "account-number": "account number",
    "roll-number": "roll number",
}
"""The inputs, after `{q}-`, and what each is called."""
_LONGEST_NAME = 70
_SORT_CODE = re.compile(r"\d{6}", re.ASCII)
_ACCOUNT = re.compile(r"\d{6,8}", re.ASCII)
_ROLL = re.compile(r"[A-Z0-9][A-Z0-9 ./\-]{0,17}", re.ASCII)
_ACCOUNT_LENGTH = 8


@dataclass(frozen=True, slots=True)
class BankDetails:
    """An account. Its numbers are left out of what Python prints of it."""

    name: str = field(repr=False)
    sort_code: str = field(repr=False)
    """Six digits."""
    account_number: str = field(repr=False)
    """Eight digits."""
    roll_number: str = field(default="", repr=False)
    """Of a building society; empty when there is none."""

    @property
    def ends(self) -> str:
        """The last two figures of the account number: all that is ever shown."""
        return self.account_number[-2:]


@dataclass(frozen=True, slots=True)
class BankDetailsSettings:
    """What a designer chose."""

    roll_number: bool = True


class BankDetailsField:
    """An account. Posts `{q}-name`, `-sort-code`, `-account-number` and `-roll-number`.

    The value is a BankDetails. Errors: those of every text, `sort_code`, `account_number`,
    `roll_number` and `no_such_account`.
    """

    name = "bank-details"
    asks = True
    cel_type = "map(string, string)"
    keys: Mapping[str, str] = {
        "roll_number": "no: a building society's roll number is not asked for.",
    }
    mistakes: Mapping[str, str] = {
        **TEXT_MISTAKES,
        "sort_code": "it is not six digits",
        "account_number": "it is not six to eight digits",
        "roll_number": "it is not a roll number",
        "no_such_account": "sort code and account number do not belong together",
    }

    def read(self, keys: Keys) -> BankDetailsSettings:
        """Read whether a roll number is asked for."""
        return BankDetailsSettings(keys.flag("roll_number", default=True))

    def inputs(self, question: Question) -> tuple[str, ...]:
        """Name and numbers."""
        asked = [p for p in PARTS if p != "roll-number" or question.settings.roll_number]
        return tuple(f"{question.name}-{part}" for part in asked)

    def parse(
        self, question: Question, raw: Raw, asking: Asking
    ) -> BankDetails | tuple[FieldError, ...] | None:
        """Read the parts, then whether there can be such an account."""
        inputs = self.inputs(question)
        if question.optional and not any(
            only_value(raw, name) is None or (only_value(raw, name) or "").strip()
            for name in inputs
        ):
            return None
        read = {
            "name": _read_name(question, raw),
            "sort-code": _read_sort_code(question, raw),
            "account-number": _read_account(question, raw),
            "roll-number": _read_roll(question, raw) if question.settings.roll_number else "",
        }
        wrong = tuple(part for part in read.values() if isinstance(part, FieldError))
        if wrong:
            return wrong
        found = BankDetails(*(str(part) for part in read.values()))
        if not may_exist(found.sort_code, found.account_number, asking.bank_weights):
            said = "Check the sort code and account number: there is no account with both of them"
            where = f"{question.name}-sort-code"
            return (FieldError(where, question.say("no_such_account", said)),)
        return found

    def as_raw(self, question: Question, value: BankDetails) -> dict[str, list[str]]:
        """Every part, for the page the person is on."""
        parts = {
            "name": value.name,
            "sort-code": value.sort_code,
            "account-number": value.account_number,
            "roll-number": value.roll_number,
        }
        return {
            f"{question.name}-{part}": [text]
            for part, text in parts.items()
            if f"{question.name}-{part}" in self.inputs(question)
        }

    def show(self, question: Question, value: BankDetails) -> tuple[str, ...]:
        """The name, and the end of the account number."""
        return (value.name, question.in_own_words(f"Account number ending {value.ends}"))

    def dump(self, value: BankDetails) -> Json:
        """Every part in full: this goes to the draft and the case, and nowhere else."""
        return {
            "name": value.name,
            "sort_code": value.sort_code,
            "account_number": value.account_number,
            "roll_number": value.roll_number,
        }

    def load(self, stored: Json) -> BankDetails:
        """The account back. Raises ValueError."""
        parts = load_mapping(stored, ("name", "sort_code", "account_number", "roll_number"))
        found = BankDetails(
            load_text(parts["name"]),
            load_text(parts["sort_code"]),
            load_text(parts["account_number"]),
            load_text(parts["roll_number"]),
        )
        whole = len(found.account_number) == _ACCOUNT_LENGTH
        if not (_SORT_CODE.fullmatch(found.sort_code) and whole):
            msg = "stored bank details have no sort code and account number"
            raise ValueError(msg)
        return found

    def cel(self, value: BankDetails) -> dict[str, str]:
        """`name`, and `ends`: conditions and texts never see the numbers."""
        return {"name": value.name, "ends": value.ends}

    def read_example(self, question: Question, written: Any) -> dict[str, list[str]]:  # noqa: ANN401  # YAML
        """{name, sort_code, account_number, roll_number}."""
        parts = written_parts(written) or {"name": str(written)}
        return {
            f"{question.name}-{part}": [parts.get(part.replace("-", "_"), "")] for part in PARTS
        }

    def domain(self, question: Question) -> Unmodelled:
        """Not modelled: conditions hardly ever read one."""
        del question
        return Unmodelled(
            lambda _today: {
                "name": "A Example",
                "sort_code": "00-01-00",
                "account_number": "12345676",
            }
        )

    def write_example(self, question: Question, value: Any) -> Any:  # noqa: ANN401  # YAML
        """The answer `domain` gave, as it is."""
        del question
        return value

    def sample_mistakes(self, question: Question) -> tuple[dict[str, list[str]], ...]:
        """A part missing or misshapen, and an account that cannot be."""
        good = {"name": "A Example", "sort-code": "000100", "account-number": "00000000"}
        whole = {f"{question.name}-{part}": [text] for part, text in good.items()}

        def slip(part: str, *texts: str) -> dict[str, list[str]]:
            return {**whole, f"{question.name}-{part}": list(texts)}

        posts = [slip(part, "") for part in good]
        posts += [
            slip("sort-code", text) for text in ("12345", "1234567", "12-34-5O", "\u0661" * 6)
        ]
        posts += [slip("account-number", text) for text in ("12345", "123456789", "1234567A")]
        posts += [slip("account-number", "00000001"), slip("sort-code", "000100", "000100")]
        posts += [
            {**whole, **post}
            for post in unstorable_samples(question, f"{question.name}-name", _LONGEST_NAME)
            if post
        ]
        if question.settings.roll_number:
            posts += [slip("roll-number", text) for text in ("A" * 19, "A*", "\U0001f600", "\x00")]
        return tuple(posts if question.optional else [{}, *posts])


def _read_name(question: Question, raw: Raw) -> str | FieldError:
    where = f"{question.name}-name"
    text = read_text(question, raw, where, about="the name on the account", most=_LONGEST_NAME)
    return text or FieldError(where, question.say("missing", "Enter the name on the account"))


def _read_sort_code(question: Question, raw: Raw) -> str | FieldError:
    typed = _digits(question, raw, "sort-code")
    if isinstance(typed, FieldError) or _SORT_CODE.fullmatch(typed):
        return typed
    said = question.say("sort_code", "Enter a valid sort code like 309430")
    return FieldError(f"{question.name}-sort-code", said)


def _read_account(question: Question, raw: Raw) -> str | FieldError:
    """Eight digits: older accounts of six and seven have noughts put in front."""
    typed = _digits(question, raw, "account-number")
    if isinstance(typed, FieldError):
        return typed
    if _ACCOUNT.fullmatch(typed):
        return typed.zfill(_ACCOUNT_LENGTH)
    said = question.say("account_number", "Account number must be between 6 and 8 digits")
    return FieldError(f"{question.name}-account-number", said)


def _digits(question: Question, raw: Raw, part: str) -> str | FieldError:
    where, what = f"{question.name}-{part}", PARTS[part]
    typed = only_value(raw, where)
    if typed is None:
        return repeated(question, where, what)
    text = compact(typed)
    said = f"Enter {'a sort code' if part == 'sort-code' else 'an account number'}"
    return text or FieldError(where, question.say("missing", said))


def _read_roll(question: Question, raw: Raw) -> str | FieldError:
    where = f"{question.name}-roll-number"
    typed = read_text(question, raw, where, about=PARTS["roll-number"])
    if isinstance(typed, FieldError):
        return typed
    text = " ".join(typed.upper().split())
    if not text or _ROLL.fullmatch(text):
        return text
    said = "Roll number must be 18 characters or less, and only letters, numbers, spaces and . / -"
    return FieldError(where, question.say("roll_number", said))


_EXAMPLE = {
    "name": "A Example",
    "sort_code": "00-01-00",
    "account_number": "12345676",
}

FIELD: FieldType = BankDetailsField()
