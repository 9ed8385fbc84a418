"""The modulus check of UK bank accounts: tells most mistyped sort codes and account numbers.

The algorithm is the one Vocalink (now Pay.UK) publishes as "Validating account numbers", with its
exceptions 1 to 14. It needs a table of weights, `valacdos.txt`, and one of substitute sort codes,
`scsubtab.txt`; both are theirs and change a few times a year, so none is shipped: a council puts
the published files beside its forms. What is shipped is a table of our own for sort codes that
no bank has, for development and tests. A sort code that is in no table is not checked, and that
is the published rule, too.

Positions in the fourteen digits are called u v w x y z (sort code) a b c d e f g h (account).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

METHODS = ("MOD10", "MOD11", "DBLAL")
_A, _B, _C, _G, _H = 6, 7, 8, 12, 13
_ROW = re.compile(
    r"(?P<first>\d{6})\s+(?P<last>\d{6})\s+(?P<method>MOD10|MOD11|DBLAL)"
    r"(?P<weights>(?:\s+-?\d{1,3}){14})(?:\s+(?P<exception>\d{1,2}))?",
    re.ASCII,
)
_SUBSTITUTE = re.compile(r"(?P<instead_of>\d{6})\s+(?P<use>\d{6})", re.ASCII)
_LAST_EXCEPTION = 14
_LLOYDS, _BUILDING_SOCIETY = "309634", "090126"
_WEIGHTS_2 = (0, 0, 1, 2, 5, 3, 6, 4, 8, 7, 10, 9, 3, 1)
_WEIGHTS_2_G_9 = (0, 0, 0, 0, 0, 0, 0, 0, 8, 7, 10, 9, 3, 1)
_EITHER = ((2, 9), (10, 11), (12, 13))
_TWENTY_SEVEN = 27


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table: how the accounts of some sort codes are checked."""

    first: str
    last: str
    method: str
    weights: tuple[int, ...]
    exception: int = 0


@dataclass(frozen=True, slots=True)
class ModulusTable:
    """The rules in the order of their table, and the sort codes exception 5 puts in place."""

    rules: tuple[Rule, ...] = ()
    substitutes: Mapping[str, str] = field(default_factory=dict[str, str])

    def rules_for(self, sort_code: str) -> tuple[Rule, ...]:
        """At most two."""
        return tuple(r for r in self.rules if r.first <= sort_code <= r.last)[:2]


def read_weights(text: str) -> tuple[Rule, ...]:
    """The rules of a file laid out as valacdos.txt is. Raises ValueError naming the line."""
    rules: list[Rule] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        row = _ROW.fullmatch(line.strip())
        exception = int(row["exception"] or 0) if row else 0
        if row is None or exception > _LAST_EXCEPTION:
            msg = f"line {number} is not two sort codes, a method and 14 weights"
            raise ValueError(msg)
        weights = tuple(map(int, row["weights"].split()))
        rules.append(Rule(row["first"], row["last"], row["method"], weights, exception))
    return tuple(rules)


def read_substitutes(text: str) -> dict[str, str]:
    """The pairs of a file laid out as scsubtab.txt is. Raises ValueError naming the line."""
    pairs: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        row = _SUBSTITUTE.fullmatch(line.strip())
        if row is None:
            msg = f"line {number} is not two sort codes"
            raise ValueError(msg)
        pairs[row["instead_of"]] = row["use"]
    return pairs


def may_exist(sort_code: str, account: str, table: ModulusTable) -> bool:
    """Whether there can be such an account: six and eight digits. True where nothing is known."""
    rules = table.rules_for(sort_code)
    if not rules:
        return True
    first = _passes(rules[0], sort_code, account, table)
    if len(rules) == 1:
        return first
    if (rules[0].exception, rules[1].exception) in _EITHER:
        return first or _passes(rules[1], sort_code, account, table)
    return first and _passes(rules[1], sort_code, account, table)


def _passes(rule: Rule, sort_code: str, account: str, table: ModulusTable) -> bool:
    digits = _digits(rule, sort_code, account, table)
    a, c, g, h = digits[_A], digits[_C], digits[_G], digits[_H]
    if rule.exception == 6 and 4 <= a <= 8 and g == h:  # noqa: PLR2004  # a foreign currency account
        return True
    if rule.exception == 3 and c in (6, 9):  # noqa: PLR2004  # the second check is left out
        return True
    total = _total(rule, digits)
    if rule.exception == 4:  # noqa: PLR2004  # the remainder is the last two digits
        return total % 11 == g * 10 + h
    if rule.exception == 5:  # noqa: PLR2004  # the remainder is a check digit
        return _passes_5(rule, total, g, h)
    if total % (11 if rule.method == "MOD11" else 10) == 0:
        return True
    return rule.exception == _LAST_EXCEPTION and _passes_14(rule, digits)


def _digits(rule: Rule, sort_code: str, account: str, table: ModulusTable) -> list[int]:
    used = sort_code
    if rule.exception == 5:  # noqa: PLR2004  # see the module's docstring
        used = table.substitutes.get(sort_code, sort_code)
    if rule.exception == 8:  # noqa: PLR2004
        used = _BUILDING_SOCIETY
    if rule.exception == 9:  # noqa: PLR2004
        used = _LLOYDS
    return [int(digit) for digit in used + account]


def _weights(rule: Rule, digits: Sequence[int]) -> Sequence[int]:
    a, b, g = digits[_A], digits[_B], digits[_G]
    nine = g == 9  # noqa: PLR2004  # a digit
    if rule.exception == 2 and a != 0:  # noqa: PLR2004
        return _WEIGHTS_2_G_9 if nine else _WEIGHTS_2
    zeroised = rule.exception == 7 and nine  # noqa: PLR2004
    zeroised |= rule.exception == 10 and nine and (a, b) in ((0, 9), (9, 9))  # noqa: PLR2004
    return (*(0,) * _C, *rule.weights[_C:]) if zeroised else rule.weights


def _total(rule: Rule, digits: Sequence[int]) -> int:
    products = [d * w for d, w in zip(digits, _weights(rule, digits), strict=True)]
    if rule.method != "DBLAL":
        return sum(products)
    total = sum(int(digit) for product in products for digit in str(abs(product)))
    return total + (_TWENTY_SEVEN if rule.exception == 1 else 0)


def _passes_5(rule: Rule, total: int, g: int, h: int) -> bool:
    if rule.method == "DBLAL":
        return (10 - total % 10) % 10 == h
    remainder = total % 11
    return remainder != 1 and (11 - remainder) % 11 == g


def _passes_14(rule: Rule, digits: Sequence[int]) -> bool:
    """A number of seven digits with a branch figure at its end: tried again without it."""
    if digits[_H] not in (0, 1, 9):
        return False
    shifted = [*digits[:_A], 0, *digits[_A:_H]]
    return _total(rule, shifted) % 11 == 0


# Made up by us, for sort codes from 00-01-00 to 00-06-99, which no bank has.
SAMPLE_WEIGHTS = ModulusTable(
    read_weights(
        """
        000100 000199 MOD10 0 0 0 0 0 0 7 3 1 7 3 1 7 1
        000200 000299 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1
        000300 000399 DBLAL 2 1 2 1 2 1 2 1 2 1 2 1 2 1
        000400 000499 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1
        000400 000499 DBLAL 0 0 0 0 0 0 2 1 2 1 2 1 2 1 3
        000500 000599 MOD10 1 3 1 3 1 3 1 3 1 3 1 3 1 3 7
        000600 000699 MOD11 0 0 0 0 0 0 8 7 6 5 4 3 2 1 14
        """
    )
)
