"""Links that fill a form's questions: what they bring is signed, and holds for a while.

The values can be read by whoever has the link. Only what may stand in an address goes into one.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime

from portal.web.security import Signer

_LONGEST = 6_000


def make_link(
    signer: Signer, base_url: str, form: str, values: Mapping[str, str], until: datetime
) -> str:
    """The address that opens the form's start page with these values, until that moment."""
    content = {"values": dict(values), "until": int(until.timestamp())}
    said = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    text = base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")
    return f"{base_url}/forms/{form}?link={text}.{signer.sign(f'prefill:{form}', text)}"


def read_link(signer: Signer, form: str, link: str, now: datetime) -> Mapping[str, str] | None:
    """What a link brings; None when we did not make it for this form, or its time is over."""
    text, _, signature = link.partition(".")
    if len(link) > _LONGEST or not signer.holds(f"prefill:{form}", text, signature):
        return None
    try:
        content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return content["values"] if now.timestamp() < content["until"] else None
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None  # signed by a version of ours that wrote something else
