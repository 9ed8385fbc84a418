"""The workbench at /design: the forms and their health; one form being written and looked at."""

from collections.abc import Sequence
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup

from portal.accounts.permissions import Permission
from portal.core.dates import Today, in_words
from portal.core.errors import Conflict, Missing
from portal.forms.answers import dump_answers
from portal.forms.definition import Example, FormDefinition
from portal.forms.drawing import draw
from portal.forms.examples import run_example
from portal.forms.prices import as_row, price_table
from portal.forms.reader import PAGE_NAME
from portal.forms.reading import AIM, minutes_for, reading_of
from portal.forms.schema import form_schema
from portal.forms.source import Finding
from portal.submissions.designing import (
    Trial,
    count_live_drafts,
    discard_draft_definition,
    keep_trial,
    list_draft_definitions,
    save_draft_definition,
)
from portal.submissions.proposal import Doer
from portal.submissions.proposing import waiting_by_form
from portal.web.dependencies import Asks, InHouse, PostedForm
from portal.web.design_views import (
    FormRow,
    as_json,
    differences,
    example_rows,
    passed,
    told,
)
from portal.web.rendering import go_to
from portal.web.security import FRAMING_POLICY
from portal.web.staff_door import Signed, demand
from portal.web.workbench import (
    LARGEST_TEXT,
    Newest,
    WorkbenchRoute,
    bundle_of,
    find_newest,
    newest_of,
    parsed,
    proofs,
    reading_age_of,
    tally,
    texts,
)

router = APIRouter(include_in_schema=False, route_class=WorkbenchRoute)
_TOO_LARGE = "The text is too large to be read: a form's file has at most 128 KB"


@router.get("/design")
def list_forms(request: Request, house: InHouse, asks: Asks) -> Response:
    """Every form of the folder and every draft definition, with how it fares."""
    del asks
    drafts = list_draft_definitions(house.transactions)
    bundles = dict(texts(house)) | {name: draft.bundle for name, draft in drafts.items()}
    live = count_live_drafts(house.transactions, house.clock())
    waiting = waiting_by_form(house.transactions)
    newest = [newest_of(house, n, bundle, drafts.get(n)) for n, bundle in sorted(bundles.items())]
    rows = [
        _row(one, live.get(one.form, 0), house.today(), waits=one.form in waiting) for one in newest
    ]
    others = [f for f in house.definitions.library.findings if f.file.startswith("_")]
    return house.pages.answer(
        request, "design/list.html", rows=rows, findings=others, page_title="Workbench"
    )


def _row(newest: Newest, live: int, today: Today, *, waits: bool) -> FormRow:
    definition, problems = newest.found.definition, newest.found.findings
    rows = example_rows(definition, today) if definition else ()
    proof = proofs.known(definition, today) if definition else None
    shown = definition or newest.served
    return FormRow(
        form=newest.form,
        title=shown.title if shown else newest.form,
        state=_state(newest),
        problems=len(problems),
        examples=passed(rows) if definition else "",
        examples_pass=not any(row.problems for row in rows),
        proofs=tally(proof) if proof else "",
        live_drafts=live,
        reading_age=reading_age_of(newest.bundle),
        waits=waits,
        drifts=bool(newest.drift),
        is_well=not problems
        and not any(row.problems for row in rows)
        and not (proof and (proof.refuted or proof.undecided)),
    )


def _state(newest: Newest) -> str:
    """What residents get, in words."""
    what = "a draft definition" if newest.draft else "the file"
    if newest.published and not newest.draft:
        what = "what is published"
    if newest.served is None:
        return f"Not served: {what} {'has problems' if newest.found.findings else 'is new'}"
    if newest.is_served:
        return "Served as it stands"
    if newest.found.findings:
        return f"The last good version is served: {what} has problems"
    return "An earlier version is served" + (": a draft definition waits" if newest.draft else "")


@router.get("/design/schema.json")
def show_schema(house: InHouse) -> Response:
    """The JSON Schema of the language, for completion in the editor."""
    del house
    return JSONResponse(form_schema(), headers={"cache-control": "private, max-age=3600"})


@router.get("/design/{form}")
def show_form(request: Request, house: InHouse, asks: Asks, form: str) -> Response:
    """One form: its text beside its pages, and its problems at their lines."""
    del asks
    return _show(request, house, find_newest(house, form))


def _show(  # the form as it is, or with what was just typed
    request: Request,
    house: InHouse,
    newest: Newest,
    *,
    text: str | None = None,
    findings: Sequence[Finding] | None = None,
    message: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    findings = newest.found.findings if findings is None else findings
    definition = newest.found.definition
    return house.pages.answer(
        request,
        "design/form.html",
        status=status,
        policy=FRAMING_POLICY,
        newest=newest,
        text=newest.bundle.text if text is None else text,
        findings=told(findings),
        state=_state(newest),
        message=message,
        error=error,
        examples=example_rows(definition, house.today()) if definition else (),
        may_write=request.state.signed_in.staff.may(Permission.WRITE_FORMS),
        can_preview=bool(definition or newest.served),
        saved=in_words(newest.draft.saved_at.date()) if newest.draft else "",
        page_title=f"Workbench: {newest.form}",
        has_error=bool(error),
    )


@router.get("/design/{form}/state")
def show_state(house: InHouse, asks: Asks, form: str) -> Response:
    """What the page watches: when the digest changes, the preview is loaded anew.

    Whoever had to sign in again, in another tab, goes on with the new session's token.
    """
    newest = find_newest(house, form)
    return JSONResponse(
        {
            "digest": newest.bundle.digest,
            "state": _state(newest),
            "findings": as_json(newest.found.findings),
            "csrf_token": asks.csrf_token,
        }
    )


@router.post("/design/{form}")
def write(
    request: Request, house: InHouse, asks: Asks, signed: Signed, form: str, posted: PostedForm
) -> Response:
    """Check what was typed, save it as a draft definition, or forget the draft."""
    demand(signed, Permission.WRITE_FORMS)
    by = Doer(signed.staff.id, signed.staff.name)
    newest = _newest_or_new(house, form)
    if posted.one("deed") == "discard":
        discard_draft_definition(house.transactions, form, by=by, now=house.clock())
        return go_to(f"/design/{form}" if form in texts(house) else "/design")
    text = posted.one("text").replace("\r\n", "\n")
    if len(text) > LARGEST_TEXT:
        return _answer(request, house, newest, (), error=_TOO_LARGE, status=413)
    if not house.limits.allows("design", "600/minute", asks.address):
        return _answer(request, house, newest, (), text=text, error="Too many tries", status=429)
    bundle = bundle_of(house, form, text)
    found = parsed(bundle).findings
    if posted.one("deed") != "save":
        said = "Nothing is wrong with it." if not found else ""
        return _answer(request, house, newest, found, text=text, message=said)
    try:
        draft = save_draft_definition(
            house.transactions,
            form,
            bundle,
            based_on=newest.served.digest if newest.served else "",
            version=_number(posted.one("version")),
            by=by,
            now=house.clock(),
        )
    except Conflict:
        error = (
            "Somebody else has saved this form since you opened it. Nothing is lost: what you "
            "typed is below. Open the form in another tab, and bring both together there."
        )
        return _answer(request, house, newest, found, text=text, error=error, status=409)
    if _wants_json(request):
        return _answer(request, house, replace(newest, draft=draft, bundle=bundle), found)
    return go_to(f"/design/{form}")


def _newest_or_new(house: InHouse, form: str) -> Newest:
    try:
        return find_newest(house, form)
    except Missing:
        if not PAGE_NAME.fullmatch(form) or form == "schema":
            raise
        return Newest(form, bundle_of(house, form, ""), None, None, "")


def _answer(  # to a script as findings, to a person as the page
    request: Request,
    house: InHouse,
    newest: Newest,
    findings: Sequence[Finding],
    *,
    text: str | None = None,
    message: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    if _wants_json(request):
        return JSONResponse(
            {
                "findings": as_json(findings),
                "error": error,
                "version": newest.draft.version if newest.draft else 0,
                "digest": newest.bundle.digest,
                "state": _state(newest),
            },
            status_code=status,
        )
    return _show(
        request, house, newest, text=text, findings=findings, message=message, error=error,
        status=status,
    )  # fmt: skip


def _wants_json(request: Request) -> bool:
    return request.headers.get("accept", "").startswith("application/json")


def _number(written: str) -> int:
    return int(written[:9]) if written.isascii() and written.isdigit() else 0


@router.get("/design/{form}/flow")
def show_flow(request: Request, house: InHouse, form: str) -> Response:
    """The flow diagram."""
    definition = find_newest(house, form).playable
    drawing = Markup(draw(definition))  # noqa: S704  # every text in it is escaped
    return house.pages.answer(
        request,
        "design/flow.html",
        form=form,
        drawing=drawing,
        page_title=f"How {definition.title} goes",
    )


@router.get("/design/{form}/prices")
def show_prices(request: Request, house: InHouse, form: str) -> Response:
    """The whole price table."""
    definition = find_newest(house, form).playable
    rows = [as_row(price) for price in price_table(definition)]
    return house.pages.answer(
        request,
        "design/prices.html",
        form=form,
        rows=rows,
        page_title=f"Prices of {definition.title}",
    )


@router.get("/design/{form}/differences")
def show_differences(request: Request, house: InHouse, form: str) -> Response:
    """The newest text beside the one that is served."""
    newest = find_newest(house, form)
    return house.pages.answer(
        request,
        "design/differences.html",
        form=form,
        newest=newest,
        lines=differences(newest.served_text, newest.bundle.text),
        page_title=f"What is new in {form}",
    )


@router.get("/design/{form}/reading")
def show_reading(request: Request, house: InHouse, form: str) -> Response:
    """How hard its texts are to read, with the hardest sentences of each page."""
    definition = find_newest(house, form).playable
    whole, pages = reading_of(definition)
    return house.pages.answer(
        request,
        "design/reading.html",
        form=form,
        whole=whole,
        pages=pages,
        aim=AIM,
        page_title=f"How easy {definition.title} is to read",
    )


@router.get("/design/{form}/proofs")
def show_proofs(request: Request, house: InHouse, form: str) -> Response:
    """What is proven of every journey, and what is not, with answers that show it."""
    definition, today = find_newest(house, form).playable, house.today()
    proof = proofs.of(definition, today)
    found = proofs.routes_of(definition, today)
    return house.pages.answer(
        request,
        "design/proofs.html",
        form=form,
        digest=definition.digest,
        proof=proof,
        refuted=(*proof.refuted, *proof.warnings),
        tally=tally(proof),
        routes=[
            (name, route, minutes_for(route.pages))
            for name, route in (("Shortest", found.shortest), ("Longest", found.longest))
            if route is not None
        ],
        page_title=f"Proofs of {definition.title}",
    )


@router.post("/design/{form}/show")
def show_me(house: InHouse, asks: Asks, form: str, posted: PostedForm) -> Response:
    """Answer the form as a proof's witness or an example does, and open it where that leads."""
    definition, today = find_newest(house, form).playable, house.today()
    example = _chosen(definition, today, posted.one("kind"), _number(posted.one("number")))
    if example is None:
        return go_to(f"/design/{form}/proofs")
    day = Today(example.on or today.on, today.bank_holidays)
    outcome = run_example(definition, example, day)
    trial = Trial(definition.digest, dump_answers(definition, outcome.answers), example.on)
    keep_trial(house.transactions, asks.session_hash, form, trial, now=house.clock())
    journey = outcome.journey
    stop = journey.next_step.path if journey.next_step else "check-answers"
    stop = journey.steps[-1].path if journey.exit_page else stop
    return go_to(f"/design/{form}/preview/{stop}")


def _chosen(definition: FormDefinition, today: Today, kind: str, number: int) -> Example | None:
    if kind == "example":
        found: Sequence[Example | None] = definition.examples
    elif kind == "route":
        ways = proofs.routes_of(definition, today)
        found = [way.example for way in (ways.shortest, ways.longest) if way]
    else:
        proof = proofs.of(definition, today)
        verdicts = proof.proven if kind == "proven" else (*proof.refuted, *proof.warnings)
        found = [verdict.witness for verdict in verdicts]
    return found[number] if number < len(found) else None
