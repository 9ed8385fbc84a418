"""Publishing at /design/{form}/publish by a second person, and what was done with a form."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from portal.accounts.permissions import Permission
from portal.core.dates import council_day, in_words
from portal.core.errors import Conflict, Missing, NotAllowed
from portal.forms.definition import FormDefinition
from portal.forms.fields.base import FieldError
from portal.forms.parsing import Bundle, Parsed
from portal.submissions.proposal import (
    LONGEST_WORDS,
    Deed,
    Doer,
    HistoryEntry,
    Proposal,
    ProposalState,
    in_short,
    obstacles,
    reason_against,
)
from portal.submissions.proposing import (
    FormHistory,
    find_waiting,
    history_of,
    newest_proposal,
    propose,
    publish_proposal,
    send_back,
    withdraw,
)
from portal.submissions.publication import Choice
from portal.submissions.publishing import Plan, plan_publication
from portal.web.dependencies import Asks, InHouse, PostedForm
from portal.web.design_views import (
    differences,
    example_rows,
    passed,
    price_changes,
    told,
)
from portal.web.posting import Posted
from portal.web.rendering import go_to
from portal.web.staff_door import Signed, demand
from portal.web.workbench import (
    Newest,
    WorkbenchRoute,
    bundle_of,
    find_newest,
    parsed,
    proofs,
    standing_of,
    tally,
)

router = APIRouter(include_in_schema=False, route_class=WorkbenchRoute)

CHOICES = (
    (Choice.PIN, "They finish on the version they began with", "Nobody’s answers are touched."),
    (
        Choice.CARRY,
        "They move to this version with all that fits",
        "Whoever loses an answer, or has to give another, is told first.",
    ),
    (
        Choice.STOP,
        "They cannot be sent any more",
        "For a form that would do harm. What fits may be taken into a new beginning.",
    ),
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A proposal with what would be served if it were published now."""

    proposal: Proposal
    bundle: Bundle
    """Its text with what the folder shares now."""
    found: Parsed
    served: FormDefinition | None


def _candidate(house: InHouse, form: str) -> _Candidate | None:
    proposal = find_waiting(house.transactions, form)
    if proposal is None:
        return None
    bundle = bundle_of(house, form, proposal.bundle.text)
    served = house.definitions.served().get(form)
    return _Candidate(proposal, bundle, parsed(bundle), served)


def _doer(signed: Signed) -> Doer:
    return Doer(signed.staff.id, signed.staff.name)


@router.get("/design/{form}/publish")
def show(request: Request, house: InHouse, asks: Asks, signed: Signed, form: str) -> Response:
    """Ask for publication; or, for a second person, everything there is to know before it."""
    del asks
    return _show(request, house, signed, form)


def _show(
    request: Request,
    house: InHouse,
    signed: Signed,
    form: str,
    *,
    error: str = "",
    at: str = "",
    words: str = "",
    status: int = 200,
) -> Response:
    candidate = _candidate(house, form)
    newest = find_newest(house, form)
    facts = _facts_of(house, signed, candidate) if candidate else {}
    last = newest_proposal(house.transactions, form)
    return house.pages.answer(
        request,
        "design/publish.html",
        status=status,
        page_title=f"Publish {form}",
        form=form,
        newest=newest,
        proposal=candidate.proposal if candidate else None,
        sent_back=last if last and last.state is ProposalState.SENT_BACK else None,
        may_write=signed.staff.may(Permission.WRITE_FORMS),
        may_publish=signed.staff.may(Permission.PUBLISH_FORMS),
        longest=LONGEST_WORDS,
        choices=CHOICES,
        error=error,
        errors=(FieldError(at, error),) if error else (),
        at=at,
        typed=words,
        has_error=bool(error),
        facts=facts,
    )


def _facts_of(house: InHouse, signed: Signed, candidate: _Candidate) -> dict[str, object]:
    """What a second person looks at before publishing."""
    proposal, target, today = candidate.proposal, candidate.found.definition, house.today()
    before = (
        house.definitions.library.bundles.get(candidate.served.digest, None)
        if candidate.served
        else None
    )
    standing = standing_of(candidate.found, today)
    rows = example_rows(target, today) if target else ()
    proof = proofs.of(target, today) if target else None
    plan = _plan(house, proposal.form, target) if target else None
    return {
        "on": in_words(council_day(proposal.proposed_at)),
        "lines": differences(before.text if before else "", candidate.bundle.text),
        "shared_changed": before is not None
        and (before.shared, before.fees) != (candidate.bundle.shared, candidate.bundle.fees),
        "findings": told(candidate.found.findings),
        "refuted": proof.refuted if proof else (),
        "tally": tally(proof) if proof else "",
        "undecided": proof.undecided if proof else (),
        "examples": passed(rows),
        "failing": [row for row in rows if row.problems],
        "prices": price_changes(candidate.served, target) if target else (),
        "report": str(plan.report) if plan else "",
        "open": plan.report.open if plan else 0,
        "obstacles": obstacles(standing),
        "against": reason_against(proposal.authors, _doer(signed)),
        "shown": candidate.bundle.digest,
        "over": candidate.served.digest if candidate.served else "",
    }


def _plan(house: InHouse, form: str, target: FormDefinition) -> Plan:
    return plan_publication(
        house.definitions,
        house.transactions,
        form,
        today=house.today(),
        now=house.clock(),
        target=target,
    )


@router.post("/design/{form}/publish")
def act(
    request: Request, house: InHouse, asks: Asks, signed: Signed, form: str, posted: PostedForm
) -> Response:
    """Ask for publication, withdraw that, send it back, or publish."""
    del asks
    deeds = {
        "propose": (Permission.WRITE_FORMS, _propose, "note"),
        "withdraw": (Permission.WRITE_FORMS, _withdraw, ""),
        "send-back": (Permission.PUBLISH_FORMS, _send_back, "words"),
        "publish": (Permission.PUBLISH_FORMS, _publish, "choice"),
    }
    permission, do, at = deeds.get(posted.one("deed"), (Permission.READ_FORMS, None, ""))
    demand(signed, permission)
    find_newest(house, form)
    try:
        if do is not None:
            do(house, form, _doer(signed), posted)
    except ValueError as error:
        return _again(request, house, signed, form, posted, error, at=at, status=422)
    except (Conflict, NotAllowed) as error:
        status = 403 if isinstance(error, NotAllowed) else 409
        return _again(request, house, signed, form, posted, error, at="", status=status)
    return go_to(f"/design/{form}/publish")


def _again(
    request: Request,
    house: InHouse,
    signed: Signed,
    form: str,
    posted: Posted,
    error: Exception,
    *,
    at: str,
    status: int,
) -> Response:
    words = posted.one("note") or posted.one("words")
    return _show(request, house, signed, form, error=str(error), at=at, words=words, status=status)


def _propose(house: InHouse, form: str, by: Doer, posted: Posted) -> None:
    propose(
        house.transactions,
        form,
        version=_number(posted.one("version")),
        note=posted.one("note"),
        by=by,
        now=house.clock(),
    )


def _withdraw(house: InHouse, form: str, by: Doer, posted: Posted) -> None:
    number = _number(posted.one("number"))
    withdraw(house.transactions, form, number, by=by, now=house.clock())


def _send_back(house: InHouse, form: str, by: Doer, posted: Posted) -> None:
    number, words = _number(posted.one("number")), posted.one("words")
    send_back(house.transactions, form, number, words=words, by=by, now=house.clock())


def _publish(house: InHouse, form: str, by: Doer, posted: Posted) -> None:
    """Exactly what was shown, or nothing."""
    written = posted.one("choice")
    if written not in {choice.value for choice in Choice}:
        raise ValueError("Select what becomes of the drafts that are open")
    candidate = _candidate(house, form)
    if candidate is None or candidate.proposal.number != _number(posted.one("number")):
        raise Conflict("It does not wait any more: somebody has answered it, or changed the draft")
    over = candidate.served.digest if candidate.served else ""
    if (candidate.bundle.digest, over) != (posted.one("shown"), posted.one("over")):
        raise Conflict(
            "What would be published, or what it takes the place of, has changed since you looked"
        )
    target = candidate.found.definition
    found = obstacles(standing_of(candidate.found, house.today()))
    if target is None or found:
        raise Conflict(f"It cannot be published yet: {', '.join(found)}")
    publish_proposal(
        house.definitions,
        house.transactions,
        _plan(house, form, target),
        Choice(written),
        number=candidate.proposal.number,
        target=target,
        bundle=candidate.bundle,
        by=by,
        now=house.clock(),
    )


def _number(written: str) -> int:
    return int(written[:9]) if written.isascii() and written.isdigit() else 0


@router.get("/design/{form}/published.yml")
def download(house: InHouse, form: str) -> Response:
    """The text of what residents get, to be kept as the form's file."""
    newest = find_newest(house, form)
    if not newest.served_text:
        raise Missing(form)
    named = {"content-disposition": f'attachment; filename="{form}.yml"'}
    return Response(newest.served_text, media_type="application/yaml", headers=named)


@router.get("/design/{form}/history")
def show_history(request: Request, house: InHouse, form: str) -> Response:
    """Who did what when, and how any two versions differ."""
    newest, history = find_newest(house, form), history_of(house.transactions, form)
    versions = _versions(newest, history)
    chosen = {name: request.query_params.get(name, "") for name in ("before", "after")}
    before, after = (versions.get(key) for key in chosen.values())
    return house.pages.answer(
        request,
        "design/history.html",
        page_title=f"History of {form}",
        form=form,
        entries=[_entry(entry) for entry in in_short(history.deeds)],
        versions=[(key, label) for key, (label, _) in versions.items()],
        chosen=chosen,
        compared=before is not None and after is not None,
        lines=differences(before[1].text, after[1].text) if before and after else (),
        shared_changed=bool(
            before
            and after
            and (before[1].shared, before[1].fees) != (after[1].shared, after[1].fees)
        ),
    )


def _versions(newest: Newest, history: FormHistory) -> dict[str, tuple[str, Bundle]]:
    """Everything that can be compared, by a name for addresses, the newest first."""
    shared, fees, file = newest.bundle.shared, newest.bundle.fees, newest.bundle.file
    found: dict[str, tuple[str, Bundle]] = {}
    if newest.draft:
        found["draft"] = "The draft definition", newest.bundle
    if newest.served_text:
        found["served"] = "What residents get", Bundle(file, newest.served_text, shared, fees)
    if newest.file_text is not None:
        found["file"] = "The file", Bundle(file, newest.file_text, shared, fees)
    for one in history.proposals:
        day = in_words(council_day(one.proposed_at))
        label = f"Proposal {one.number} of {one.proposed_by.name}, {day}: {STATES[one.state]}"
        found[f"proposal-{one.number}"] = label, one.bundle
    for digest, (since, bundle) in history.versions.items():
        day = in_words(council_day(since))
        found[digest[:16]] = f"Version {digest[:8]}, first served on {day}", bundle
    return found


STATES = {
    ProposalState.WAITING: "waits",
    ProposalState.PUBLISHED: "published",
    ProposalState.SENT_BACK: "sent back",
    ProposalState.WITHDRAWN: "withdrawn",
}
_DEEDS = {
    Deed.SAVED: "saved a draft definition",
    Deed.DISCARDED: "discarded the draft definition",
    Deed.PROPOSED: "asked for publication",
    Deed.WITHDRAWN: "took the request for publication back",
    Deed.SENT_BACK: "sent it back",
    Deed.PUBLISHED: "published it",
    Deed.FOLLOWS_FILE: "let the form follow its file again",
}


def _entry(entry: HistoryEntry) -> tuple[str, str, str]:
    """When, what, and the words that were said with it."""
    day = in_words(council_day(entry.last_at))
    times = f" ({entry.times} times)" if entry.times > 1 else ""
    version = f", version {entry.digest[:8]}" if entry.deed is Deed.PUBLISHED else ""
    return (
        f"{day}, {entry.last_at:%H:%M} UTC",
        f"{entry.by} {_DEEDS[entry.deed]}{version}{times}",
        entry.note,
    )
