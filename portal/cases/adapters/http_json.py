"""Any CRM that speaks JSON over HTTP, by one YAML mapping file in `crm_adapters/`."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import cast

from pydantic import JsonValue

from portal.cases.calling import Caller, Outgoing, Reply, Upload, quote_reply
from portal.cases.case import Case, CaseAttachment, at, to_json
from portal.cases.crm import CaseReference, CaseStatus, CrmSettings
from portal.cases.mapping import CrmMapping, Find, Request, progress_for, shows
from portal.cases.mapping_file import read_mapping
from portal.cases.shapes import case_scope, fill, fill_text
from portal.core.errors import CrmRefused, CrmUnavailable
from portal.core.references import Reference

# A file of 25 MB over a council's slow line takes longer than any question.
_PATIENCE_WITH_FILES = 6
_LONGEST_ID = 200


def build(settings: CrmSettings) -> "HttpJsonCrm":
    """Make the adapter from its mapping file.

    Raises UnsafeSettings naming every problem in the file, or what is wrong with the address.
    """
    file = settings.folder / f"{settings.name}.yml"
    mapping = read_mapping(file.read_text(encoding="utf-8"), str(file))
    auth = mapping.auth
    headers = {auth.header: auth.value.replace("{token}", settings.token)} if auth else {}
    caller = Caller(
        settings.url,
        headers={**mapping.headers, **headers},
        refused_statuses=mapping.replies.refused_statuses,
        unwell_statuses=mapping.replies.unwell_statuses,
    )
    return HttpJsonCrm(settings.name, mapping, caller, patience_seconds=settings.patience_seconds)


class HttpJsonCrm:
    """Fits `portal.cases.crm.Crm`."""

    def __init__(
        self, name: str, mapping: CrmMapping, caller: Caller, *, patience_seconds: float
    ) -> None:
        self.name = name
        self.settles_in = mapping.find.settles_in
        self._mapping = mapping
        self._caller = caller
        self._patience = patience_seconds
        self.longest_call = timedelta(seconds=patience_seconds)
        self.longest_attach = self.longest_call * _PATIENCE_WITH_FILES

    def find_case(self, reference: Reference) -> CaseReference | None:
        """Search by our reference. Raises CrmRefused when the CRM holds more than one case."""
        find = self._mapping.find
        reply = self._call(
            find, {"reference": reference}, doing="looking for the case", expected=find.absent
        )
        if reply.status in find.absent:
            return None
        found = [item for item in _cases_in(find, reply.body) if at(find.match, item) == reference]
        if len(found) > 1:
            ids = ", ".join(str(at(find.id, item)) for item in found)
            raise CrmRefused(f"the CRM holds {len(found)} cases for {reference}: {ids}")
        return _case_in(find, found[0], "looking for the case") if found else None

    def create_case(self, case: Case, *, key: str) -> CaseReference:
        """Open the case; the key travels where the mapping names a header for it."""
        create = self._mapping.create
        header = create.idempotency_header
        reply = self._call(
            create,
            case_scope(to_json(case)),
            doing="opening the case",
            headers={header: key} if header else {},
        )
        return _case_in(create, reply.body, "opening the case")

    def attach(
        self, case: CaseReference, attachment: CaseAttachment, content: Callable[[], bytes]
    ) -> str:
        """Add a file, as multipart or as base64 in JSON, whichever the mapping asks for."""
        request = self._mapping.attach
        if request is None:
            raise CrmRefused(f"{self._mapping.crm} takes no files: no attach in {self.name}.yml")
        facts = asdict(attachment)
        upload = None
        if request.file_field:
            upload = Upload(request.file_field, attachment.name, attachment.media_type, content())
        else:
            facts["base64"] = base64.b64encode(content()).decode("ascii")
        scope = {"case": case.id, "attachment": facts}
        reply = self._call(request, scope, doing="attaching a file", upload=upload)
        return _words(at(request.id, reply.body)) if request.id else ""

    def add_note(self, case: CaseReference, text: str, *, key: str) -> None:
        """Add a remark. Raises CrmRefused when the mapping says of no way to add one."""
        request = self._mapping.note
        if request is None:
            raise CrmRefused(f"{self._mapping.crm} takes no notes: no note in {self.name}.yml")
        header = request.idempotency_header
        self._call(
            request,
            {"case": case.id, "text": text},
            doing="adding a note",
            headers={header: key} if header else {},
        )

    def read_back(self, case: CaseReference) -> Mapping[str, JsonValue]:
        """What the CRM holds for every path the mapping verifies."""
        held = self._read(case, doing="reading the case back").body
        verify = self._mapping.verify
        return {path: cast("JsonValue", at(there, held)) for path, there in verify.items()}

    def get_status(self, case: CaseReference) -> CaseStatus:
        """The CRM's word, and ours where the mapping knows it."""
        status = self._mapping.status
        reply = self._read(case, doing="asking for the status")
        raw = _words(at(status.path, reply.body)) if status else ""
        return CaseStatus(raw, progress_for(status, raw))

    def check(self) -> None:
        """Make the mapping's harmless call, or else look for a case that cannot exist."""
        if self._mapping.check is None:
            self.find_case(Reference("PORTAL-CHECK"))
            return
        self._call(self._mapping.check, {}, doing="checking the CRM")

    def _read(self, case: CaseReference, *, doing: str) -> Reply:
        return self._call(self._mapping.read, {"case": case.id}, doing=doing)

    def _call(  # the parts of one call
        self,
        request: Request,
        scope: Mapping[str, JsonValue],
        *,
        doing: str,
        headers: Mapping[str, str] | None = None,
        upload: Upload | None = None,
        expected: frozenset[int] = frozenset(),
    ) -> Reply:
        outgoing = Outgoing(
            doing=doing,
            method=request.call.method,
            path=fill_text(request.call.path, scope, encode=True),
            query={key: fill_text(text, scope) for key, text in request.query.items()},
            headers=headers or {},
            body=fill(request.body, scope) if request.body is not None else None,
            form={key: fill_text(text, scope) for key, text in request.form.items()},
            upload=upload,
            total_seconds=self._patience
            * (_PATIENCE_WITH_FILES if request is self._mapping.attach else 1),
        )
        reply = self._caller.call(outgoing, expected=expected)
        self._look_inside(reply, doing)
        return reply

    def _look_inside(self, reply: Reply, doing: str) -> None:
        """Errors hide in replies that say 200: the mapping knows their signs."""
        signs = self._mapping.replies
        words = f"{doing}: the CRM answered {reply.status} with an error inside"
        error = None
        if any(shows(sign, reply.body) for sign in signs.unwell_when):
            error = CrmUnavailable(words)
        elif any(shows(sign, reply.body) for sign in signs.refused_when):
            error = CrmRefused(words)
        if error is not None:
            error.add_note(quote_reply(json.dumps(reply.body, ensure_ascii=False).encode()))
            raise error


def _cases_in(find: Find, body: JsonValue) -> list[object]:
    listed = at(find.list, body) if find.list else body
    if isinstance(listed, list):
        return cast("list[object]", listed)
    if find.list or not isinstance(listed, dict):
        # An answer we cannot read must never be taken for "no such case".
        raise CrmUnavailable("looking for the case: the CRM's answer holds no list of cases")
    return [cast("object", listed)]


def _case_in(request: Request, body: object, doing: str) -> CaseReference:
    case_id = _words(at(request.id, body))
    if not case_id or len(case_id) > _LONGEST_ID:
        # It may have been opened all the same: the next attempt looks before it creates.
        raise CrmUnavailable(f"{doing}: the CRM's answer holds no case number")
    url = _words(at(request.url, body)) if request.url else ""
    return CaseReference(case_id, url if url.startswith(("https://", "http://", "/")) else "")


def _words(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
