"""What every route needs: settings, store, files, and who is calling. One per running CRM."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from portal.crm.case import Attachment, Case, read_number
from portal.crm.faults import Faults
from portal.crm.files import Files
from portal.crm.problems import Problem, missing
from portal.crm.records import Records
from portal.crm.settings import CrmSettings
from portal.crm.store import Store


@dataclass(frozen=True, slots=True)
class Office:
    """Everything one running CRM holds open."""

    settings: CrmSettings
    store: Store
    files: Files
    faults: Faults

    def address(self, request: Request) -> str:
        """The address browsers reach us at, with a slash."""
        if self.settings.public_url:
            return f"{self.settings.public_url.rstrip('/')}/"
        # Not request.base_url: in a mounted application that is the outer one's.
        url = request.url
        return f"{url.scheme}://{url.netloc}{request.scope['root_path'].rstrip('/')}/"


def _office(request: Request) -> Office:
    return request.app.state.office


InOffice = Annotated[Office, Depends(_office)]

_bearer = HTTPBearer(auto_error=False, description="The token the CRM was started with.")


def check_token(
    office: InOffice,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Refuse a call without the token (RFC 6750)."""
    token = given.credentials.encode() if given else b""
    if not secrets.compare_digest(token, office.settings.token.encode()):
        raise Problem(
            401, "unauthorised", "Send the CRM's token as Authorization: Bearer …",
            headers={"WWW-Authenticate": 'Bearer realm="CRM"'},
        )  # fmt: skip


def case_or_404(records: Records, number: str) -> Case:
    """Find a case by its number. Raises Problem 404."""
    seq = read_number(number)
    case = records.find_case(seq) if seq is not None else None
    if case is None:
        raise missing("case", number)
    return case


def attachment_or_404(records: Records, case: Case, number: str) -> Attachment:
    """Find a file of this case by its number. Raises Problem 404."""
    seq = read_number(number, prefix="ATT")
    found = records.find_attachment(case.seq, seq) if seq is not None else None
    if found is None:
        raise missing("attachment", number)
    return found
