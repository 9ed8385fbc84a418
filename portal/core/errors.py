"""The whole error tree, drawn once. Each leaf says *try again* or *a person must look*.

    PortalError
    ├── TryAgain                  the outside is unwell; the same call may succeed later
    │   ├── ProviderUnavailable     payment provider did not answer, or answered 5xx, 409 or 429
    │   ├── CrmUnavailable          CRM did not answer, or answered 5xx, 408, 425 or 429
    │   └── MailUnavailable         mail server did not answer, or said "later" (4xx)
    ├── PersonMustLook            trying again cannot help; the work is parked with this reason
    │   ├── ProviderRefused         the provider rejected our call (our bug or bad configuration)
    │   ├── MoneyMismatch           the provider's amount, currency or reference is not ours
    │   ├── CrmRefused              the CRM rejected the case, or stored something else
    │   └── MailRefused             the address does not exist, or mail was refused for good (5xx)
    ├── Forged                    a provider event whose signature does not hold
    ├── Missing                   nothing under that name, token or reference (404)
    ├── Conflict                  what is asked no longer fits the state (409): reload and look
    │   └── SlotTaken               the appointment chosen is not free any more: choose another
    ├── DraftExpired              the draft is past its date; its answers are gone
    ├── NotAllowed                this person may not do that (403)
    ├── ServiceClosed             the service is not open, or full: its start page says so
    └── UnsafeSettings            a setting is missing or unsafe; the start is stopped with the cure

A resident's mistake is a value (`Refused`), not an exception. No vendor's exception crosses a
port: adapters raise these.
"""

from datetime import timedelta


class PortalError(Exception):
    """Anything of ours that went wrong."""


class TryAgain(PortalError):
    """The outside is unwell; the same call may succeed later."""

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after
        """How long the other side asked us to wait (Retry-After), if it said."""


class ProviderUnavailable(TryAgain):
    """The payment provider did not answer, or asked for patience."""


class CrmUnavailable(TryAgain):
    """The CRM did not answer, or asked for patience."""


class MailUnavailable(TryAgain):
    """The mail server did not answer, or said "later"."""


class PersonMustLook(PortalError):
    """Trying again cannot help; the work is parked with this reason."""


class ProviderRefused(PersonMustLook):
    """The payment provider rejected our call."""


class MoneyMismatch(PersonMustLook):
    """What the provider holds is not what we asked for; nothing is fulfilled."""


class CrmRefused(PersonMustLook):
    """The CRM rejected the case, or stored something other than what was sent."""


class MailRefused(PersonMustLook):
    """The mail was refused for good."""


class Forged(PortalError):
    """A provider event whose signature does not hold; nothing is stored."""


class Missing(PortalError):
    """Nothing is held under that name, token or reference."""


class Conflict(PortalError):
    """What is asked no longer fits the state it is in."""


class SlotTaken(Conflict):
    """The appointment that was chosen is not free any more. Says on which page it was chosen."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path
        """The page's address within its form, or the question where there is no page."""


class DraftExpired(PortalError):
    """The draft is past its date; its answers are gone."""


class NotAllowed(PortalError):
    """This person may not do that."""


class ServiceClosed(PortalError):
    """The service is not open, or has no place left. `str()` is the form's name."""


class UnsafeSettings(PortalError):
    """A setting is missing or unsafe. The message says which, and the cure."""
