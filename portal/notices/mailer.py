"""The port to whoever carries our mail, and what a mail may be."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from portal.core.errors import MailRefused

# One plain address (RFC 5321 section 4.5.3.1: 64 octets before the @, 254 in all; RFC 6531
# allows letters beyond ASCII). Spaces, commas, angle brackets and controls would let a second
# recipient or a header in.
_NOT = r"\s@<>()\[\],;:\\\"\x00-\x20\x7f"
_ADDRESS = re.compile(rf"[^{_NOT}]{{1,64}}@(?P<domain>[^{_NOT}_]+)")
_LONGEST_ADDRESS = 254
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A mail, complete. The same notice always makes the same one."""

    message_id: str
    """Between angle brackets (RFC 5322 section 3.6.4); fixed, so that a repeat can be seen."""
    to: str
    subject: str
    text: str
    written_at: datetime
    attachments: tuple[MailAttachment, ...] = ()

    def __post_init__(self) -> None:
        """Raises MailRefused for anything that could add a header or a recipient."""
        if not is_address(self.to):
            raise MailRefused("the recipient is not one plain e-mail address")
        if _BREAKS.search(self.subject) or _BREAKS.search(self.message_id):
            raise MailRefused("a header of the mail holds a line break or control character")


class Mailer(Protocol):
    """Carries mail."""

    longest: timedelta
    """No conversation with the server lasts longer, whatever it does."""

    def send(self, mail: OutgoingMail) -> None:
        """Hand the mail over.

        Raises MailUnavailable (trying again may help) or MailRefused (it never will).
        """
        ...

    def check(self) -> None:
        """Raise when no mail could be sent now with these settings. Sends nothing."""
        ...


def is_address(words: str) -> bool:
    """Whether the words are exactly one e-mail address."""
    if len(words.encode("utf-8", "surrogatepass")) > _LONGEST_ADDRESS or _BREAKS.search(words):
        return False
    match = _ADDRESS.fullmatch(words)
    if match is None or words.startswith(".") or ".." in words or ".@" in words:
        return False
    labels = match["domain"].split(".")
    return all(label and not label.startswith("-") and not label.endswith("-") for label in labels)


LoadAttachment = Callable[[Mapping[str, str]], MailAttachment]
"""Gives the file of a notice's attachment reference. Raises FileNotFoundError when it is gone,
TryAgain while it is still being made."""
