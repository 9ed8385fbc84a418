"""Check digits: what tells a mistyped reference from a real one.

`luhn` is ISO/IEC 7812-1, annex B; `mod-97` is ISO/IEC 7064, MOD 97-10; `mod-11` is the weighted
sum of the kind ISBN-10 and most council tax systems use. Letters count only in mod-97.
"""

from collections.abc import Sequence

RULES = ("luhn", "mod-11", "mod-97")
_MOST_OF_A_DIGIT = 9
_ELEVEN, _TEN, _NINETY_SEVEN = 11, 10, 97


def passes(rule: str, reference: str, weights: Sequence[int] = ()) -> bool:
    """Whether the reference, in capitals, passes one of the `RULES`.

    `weights` are for mod-11: one for each digit before the check digit, from the left.
    """
    if rule == "mod-97":
        return _passes_97(reference)
    digits = [int(c) for c in reference if c.isdecimal()]
    if rule == "luhn":
        return len(digits) > 1 and sum(_luhn(digits)) % _TEN == 0
    return _passes_11(digits, weights, ends_in_x=reference.endswith("X"))


def _luhn(digits: Sequence[int]) -> list[int]:
    doubled = [d * 2 for d in digits[-2::-2]]
    return [*digits[-1::-2], *(d - _MOST_OF_A_DIGIT * (d > _MOST_OF_A_DIGIT) for d in doubled)]


def _passes_11(digits: Sequence[int], weights: Sequence[int], *, ends_in_x: bool) -> bool:
    """The check digit brings the sum to a multiple of eleven; ten is written X."""
    body, check = (digits, _TEN) if ends_in_x else (digits[:-1], digits[-1] if digits else 0)
    if len(body) != len(weights):
        return False
    return (sum(d * w for d, w in zip(body, weights, strict=True)) + check) % _ELEVEN == 0


def _passes_97(reference: str) -> bool:
    if not (reference.isascii() and reference.isalnum()):
        return False
    number = int("".join(str(int(c, 36)) for c in reference))
    return number % _NINETY_SEVEN == 1
