"""The secrets of signing in: passwords (Argon2id), codes of an authenticator (TOTP), tokens.

The one door to both libraries.
"""

import hashlib
import hmac
import secrets
import threading
from datetime import datetime

import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pyotp import random_base32
from pyotp.totp import TOTP

STEP_SECONDS = 30
_STEPS_OFF = 1
"""A clock may be half a minute off, as RFC 6238 allows for."""
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""OWASP's Argon2id: 19 MiB, two passes."""
_AT_ONCE = threading.Semaphore(4)
"""A crowd at the door must not take all the memory there is."""


def hash_password(password: str) -> str:
    """What is kept of a password."""
    with _AT_ONCE:
        return _hasher.hash(password.encode("utf-8", "surrogatepass"))


_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG91cnM$" + "A" * 43
"""Takes as long to be wrong about as anybody's."""


def is_password(kept: str, password: str) -> bool:
    """Whether this is the password. Takes as long when there is no account (`kept` is empty)."""
    with _AT_ONCE:
        try:
            right = _hasher.verify(kept or _NOBODYS, password.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
    return right and bool(kept)


def new_second_factor() -> str:
    """The secret that an authenticator is given: 160 bits in base 32."""
    return random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half-minute whose code this is, of the present one and its neighbours; None when none.

    Whoever signs in gives its number back to be kept: a code works once.
    """
    digits = "".join(code.split()).encode("utf-8", "replace")
    totp = TOTP(secret or _NO_SECRET)
    present = int(now.timestamp()) // STEP_SECONDS
    steps = range(present - _STEPS_OFF, present + _STEPS_OFF + 1)
    found = [
        step for step in steps if hmac.compare_digest(digits, totp.generate_otp(step).encode())
    ]
    return found[-1] if found and secret else None


_NO_SECRET = "A" * 32  # what an account that is not there is asked with


def code_of(secret: str, now: datetime) -> str:
    """What an authenticator shows now."""
    return TOTP(secret).generate_otp(int(now.timestamp()) // STEP_SECONDS)


def picture_for_authenticator(secret: str, email: str, council: str) -> str:
    """The QR code an authenticator reads, as an SVG element."""
    uri = TOTP(secret).provisioning_uri(name=email, issuer_name=council)
    drawn = segno.make(uri, error="m", micro=False)
    return drawn.svg_inline(border=4, dark="#0b0c0c", light="#ffffff", omitsize=True)


def new_token() -> str:
    """A secret for a link or a cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What is kept of it."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
