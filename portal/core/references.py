"""References a person can read down a telephone, with a check character.

A reference is a label, never a key: knowing one opens nothing.
"""

import secrets
from collections.abc import Callable
from typing import NewType

Reference = NewType("Reference", str)
"""For example `HM-7K3M-9QX2-4`: a prefix, eight random characters, one check character."""

# Crockford's base 32 (https://www.crockford.com/base32.html) without the vowels A, E and U as
# well, so that no word can appear by chance: 29 letters and digits, a prime, which lets the
# check character catch every single slip and every swap of neighbours.
ALPHABET = "0123456789BCDFGHJKMNPQRSTVWXY"
_LENGTH = 8
# 29^8 is 38.9 bits: for 259,279 submissions a year a collision is expected once in 15 years,
# and the unique index with a fresh try catches it.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_reference(prefix: str, choose: Callable[[str], str] = secrets.choice) -> Reference:
    """Make a fresh random reference. The caller stores it under a unique index and tries again."""
    body = "".join(choose(ALPHABET) for _ in range(_LENGTH))
    return Reference(f"{prefix}-{body[:4]}-{body[4:]}-{_check_character(body)}")


def read_reference(text: str, prefix: str) -> Reference | None:
    """Read what a person typed (any case, spaces or hyphens anywhere); None when it has a slip."""
    letters = "".join(c for c in text.upper() if c.isalnum()).removeprefix(prefix.upper())
    letters = letters.translate(_READ_AS)
    body, check = letters[:-1], letters[-1:]
    if len(body) != _LENGTH or any(c not in ALPHABET for c in body):
        return None
    if check != _check_character(body):
        return None
    return Reference(f"{prefix}-{body[:4]}-{body[4:]}-{check}")


def _check_character(body: str) -> str:
    # A weighted sum modulo a prime: weights 2..9 differ and none is a multiple of 29.
    total = sum(weight * ALPHABET.index(c) for weight, c in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]
