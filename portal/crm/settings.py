"""What one running CRM is told at the start; knows which settings are unsafe, and why.

This system has no sign-in: whoever reaches it reads every case. So it answers this machine only,
unless `public` is set, which says that something in front of it (a proxy with sign-in, or a
closed network) keeps strangers out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CrmSettings:
    """Everything one CRM needs."""

    data_dir: Path
    """Holds the database and the attachments; made if missing."""
    token: str
    """What callers of the API send as `Authorization: Bearer …`."""
    public: bool = False
    """Whether callers from other machines are answered."""
    faults: bool = False
    """Whether `/_faults` can make calls go wrong, for tests."""
    public_url: str | None = None
    """How browsers reach us, without a slash; None means as the caller reached us."""
    max_attachment_bytes: int = 25 * 1024 * 1024


def objection(
    environment: Mapping[str, str], *, public: bool, faults: bool, token_given: bool
) -> str | None:
    """Say why a CRM with these options must not start, or None when it may."""
    if environment.get("PORTAL_ENVIRONMENT", "").strip().lower() != "production":
        return None
    if faults:
        return "The CRM must not run with --faults in production: they lose cases on purpose."
    if not (public and token_given):
        return (
            "The reference CRM has no sign-in, so in production it starts only with both --public "
            "(something in front of it keeps strangers out) and --token (or PORTAL_CRM_TOKEN)."
        )
    return None
