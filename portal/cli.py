"""The command `portal`. Long commands show progress on a terminal and are quiet in a pipe."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from portal.accounts.permissions import Role
from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today, council_day
from portal.core.errors import UnsafeSettings
from portal.core.money import Pence, parse_pounds
from portal.core.shapes import is_mapping
from portal.forms.definition import FormDefinition
from portal.forms.examples import run_example
from portal.forms.library import (
    SHARED_FILE,
    Library,
    check_path,
    load_library,
    read_bundles,
    read_text,
)
from portal.forms.schema import form_schema
from portal.forms.source import read_source
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.database import Transactions
    from portal.forms.proofs.proving import Proof
    from portal.serving import Neighbours

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Council services online, one YAML file each.",
)
gazetteer = typer.Typer(no_args_is_help=True, help="The list of addresses.")
app.add_typer(gazetteer, name="gazetteer")
staff = typer.Typer(no_args_is_help=True, help="The council's own people who may sign in.")
app.add_typer(staff, name="staff")
_errors = Console(stderr=True)


def main() -> None:
    """Run the command; a wrong setting stops it with the cure and code 2."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer()
            if sys.stderr.isatty()
            else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
    try:
        app()
    except UnsafeSettings as error:
        # Lines are not broken: a cure that is a command must be copied whole.
        _errors.print("[bold]The settings are not safe to start with:[/bold]")
        _errors.print(str(error), markup=False, soft_wrap=True)
        raise SystemExit(2) from None
    except RuntimeError as error:
        _errors.print(str(error), markup=False, soft_wrap=True)
        raise SystemExit(1) from None


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="The port to listen on.")] = 8000,
    prepare: Annotated[
        bool,
        typer.Option("--prepare", help="First migrate, and load the demo data if there is none."),
    ] = False,
) -> None:
    """Serve the portal, worker included; in development with all it speaks to."""
    import os

    from portal.bootstrap import House  # the web takes a second to import
    from portal.serving import serve as run
    from portal.settings import read_settings

    given = {} if "PORTAL_BASE_URL" in os.environ else {"base_url": f"http://{host}:{port}"}
    settings = read_settings(**given)
    if prepare:
        _prepare(settings)

    def say_where(house: House) -> None:
        base = house.settings.base_url
        _errors.print(f"[bold green]Portal is ready[/bold green]  {base}")
        if not house.settings.is_production:
            _errors.print(
                f"  services  {base}/\n  CRM       {base}/crm/\n  mail      {base}/staff/outbox\n"
                f"  workbench {base}/design (press a name to sign in)"
            )
            _errors.print(
                f"  payments  http://{host}:{port + 1} (sandbox: takes no money)\nCtrl-C stops it."
            )

    run(settings, host=host, port=port, ready=say_where)


def _prepare(settings: Settings) -> None:
    """Migrate and seed in this process: another would spend seconds importing the same again."""
    from portal.accounts.signing_in import seed_demo_staff
    from portal.addresses.seeding import has_gazetteer
    from portal.database import Transactions, open_engine, reach
    from portal.migrations.running import is_up_to_date
    from portal.migrations.running import migrate as bring_up

    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    reach(engine)
    if not is_up_to_date(engine):
        _errors.print("Preparing the database")
        bring_up(engine, settings.database_url)
    if not settings.is_production:
        transactions = Transactions(engine)
        seed_demo_staff(transactions, now=datetime.now(UTC))
        if not has_gazetteer(transactions):
            _seed(settings, 50_000, again=False)
    engine.dispose()


@app.command()
def work() -> None:
    """Do the background work alone (with PostgreSQL, on as many machines as you like)."""
    import signal
    import threading

    from portal.bootstrap import build_house
    from portal.serving import worker_for
    from portal.settings import read_settings

    stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda _number, _frame: stop.set())
    house = build_house(read_settings())
    worker = worker_for(house)
    worker.start()
    _errors.print("Working. Ctrl-C stops it.")
    stop.wait()
    worker.stop()
    house.close()


@app.command()
def migrate() -> None:
    """Bring the database up to date. Safe to run again."""
    from portal.database import open_engine, reach
    from portal.migrations.running import migrate as run
    from portal.settings import read_settings

    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database_url)
    reach(engine)
    run(engine, settings.database_url)
    engine.dispose()


@app.command()
def seed(
    count: Annotated[int, typer.Option(help="How many properties.")] = 50_000,
    again: Annotated[
        bool, typer.Option("--again", help="Also when there is a gazetteer already.")
    ] = False,
) -> None:
    """Load the demo data: the gazetteer of a district that does not exist, and who works there."""
    from portal.accounts.signing_in import seed_demo_staff
    from portal.database import Transactions, open_engine
    from portal.settings import read_settings

    settings = read_settings()
    if not settings.is_production:
        transactions = Transactions(open_engine(settings.database_url))
        seed_demo_staff(transactions, now=datetime.now(UTC))
        transactions.dispose()
    _seed(settings, count, again=again)


def _seed(settings: Settings, count: int, *, again: bool) -> None:
    from portal.addresses.seeding import seed_gazetteer
    from portal.bootstrap import real_clock
    from portal.database import Transactions, open_engine

    transactions = Transactions(open_engine(settings.database_url))
    with _progress("Loading addresses", count) as advance:
        loaded = seed_gazetteer(
            transactions, count=count, again=again, now=real_clock(), progress=advance
        )
    if loaded and sys.stderr.isatty():
        _errors.print(f"{loaded:,} addresses are loaded.")
    transactions.dispose()


@gazetteer.command("import")
def import_addresses(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)]) -> None:
    """Load a BS 7666 gazetteer (DTF 7.3 CSV), whole or change-only."""
    from portal.addresses.importing import import_gazetteer
    from portal.bootstrap import real_clock
    from portal.database import Transactions, open_engine
    from portal.settings import read_settings

    transactions = Transactions(open_engine(read_settings().database_url))
    with file.open("rb") as lines, _progress("Reading lines", None) as advance:
        text = (line.decode("utf-8", "replace") for line in lines)
        report = import_gazetteer(transactions, text, progress=advance, now=real_clock())
    _errors.print(str(report))
    transactions.dispose()


_Roles = Annotated[
    list[Role], typer.Option("--role", help="What they are; may be given several times.")
]


@staff.command("add")
def add_staff(
    email: Annotated[str, typer.Argument(help="Their e-mail address, to sign in with.")],
    name: Annotated[str, typer.Option(help="Their name, as colleagues see it.")],
    role: _Roles,
) -> None:
    """Make an account, and print the one-time link its owner completes it with."""
    from portal.accounts.signing_in import add_staff as run

    with _at_the_staff_list() as (settings, transactions):
        token = run(transactions, email, name, role, now=datetime.now(UTC))
        print(_one_time_link(settings, token))


@staff.command("reset")
def reset_staff(email: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """Break glass: forget password and second factor, end every session, print a new link."""
    from portal.accounts.signing_in import reset_staff as run

    with _at_the_staff_list() as (settings, transactions):
        print(_one_time_link(settings, run(transactions, email, now=datetime.now(UTC))))


@staff.command("disable")
def disable_staff(email: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """Shut an account and end its sessions; `reset` opens it again."""
    from portal.accounts.signing_in import disable_staff as run

    with _at_the_staff_list() as (_settings, transactions):
        run(transactions, email)
        print(f"{email} cannot sign in any more.")


@staff.command("roles")
def change_roles(
    email: Annotated[str, typer.Argument(help="Whose account.")], role: _Roles
) -> None:
    """Change what somebody is: the roles given take the place of those before."""
    from portal.accounts.signing_in import give_roles

    with _at_the_staff_list() as (_settings, transactions):
        give_roles(transactions, email, role)
        print(f"{email}: {', '.join(each.value for each in Role if each in role)}")


@staff.command("list")
def list_staff() -> None:
    """List who may sign in, as what, and when they last did."""
    from portal.accounts.signing_in import list_staff as run

    with _at_the_staff_list() as (_settings, transactions):
        people = run(transactions)
        for who, seen in people:
            roles = ", ".join(role.value for role in who.roles)
            last = f"{seen:%Y-%m-%d %H:%M}" if seen else "never"
            print(f"{who.email}  {who.name}  {roles}  {who.state.value}  {last}")
        if not people:
            print("Nobody may sign in yet: portal staff add")


@contextmanager
def _at_the_staff_list() -> "Generator[tuple[Settings, Transactions]]":
    """The database; what cannot be done is told in one line and ends with 1."""
    from portal.core.errors import Conflict, Missing
    from portal.database import Transactions, open_engine, reach
    from portal.settings import read_settings

    settings = read_settings()
    engine = open_engine(settings.database_url)
    reach(engine)
    try:
        yield settings, Transactions(engine)
    except (Conflict, Missing, ValueError) as error:
        _errors.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(1) from None
    finally:
        engine.dispose()


def _one_time_link(settings: Settings, token: str) -> str:
    from portal.accounts.staff import LINK_HOLDS

    return (
        f"{settings.base_url}/staff/welcome/{token}\n"
        f"Give it to them and to nobody else: it holds {LINK_HOLDS.days} days, and once."
    )


@app.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; all forms when left out.")
    ] = None,
    output: Annotated[
        Literal["text", "json"], typer.Option("--format", help="text or json.")
    ] = "text",
) -> None:
    """Find every problem in form definitions, all at once."""
    findings = sorted({f for path in paths or [_forms_folder()] for f in check_path(path)})
    if output == "json":
        print(json.dumps([asdict(finding) for finding in findings], indent=2, ensure_ascii=False))
    else:
        for finding in findings:
            print(finding)
    if any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _forms_folder() -> Path:
    return Settings().forms  # pyright: ignore[reportCallIssue]  # every setting has a default


@app.command()
def examples(
    forms: Annotated[
        list[str] | None, typer.Argument(help="Form names; all when left out.")
    ] = None,
) -> None:
    """Run the examples written in the forms."""
    try:
        library = load_library(_forms_folder())
    except (OSError, ValueError) as error:  # the folder or the council's own file
        print(error)
        raise typer.Exit(1) from None
    for finding in library.findings:
        print(finding)
    failed = bool(library.findings)
    unknown = [name for name in forms or [] if name not in library.forms]
    for name in unknown:
        print(f"there is no form called {name}")
    for form in library.forms.values():
        if forms and form.form not in forms:
            continue
        for example in form.examples:
            day = example.on or council_day(datetime.now(UTC))
            outcome = run_example(form, example, Today(day, bank_holidays()))
            mark = "ok  " if not outcome.problems else "FAIL"
            print(f"{mark} {form.form}: {example.name}")
            for problem in outcome.problems:
                print(f"     {form.form}.yml:{example.line}: {problem}")
            failed = failed or bool(outcome.problems)
    if failed or unknown:
        raise typer.Exit(1)


@app.command()
def prove(
    forms: Annotated[
        list[str] | None, typer.Argument(help="Form names; all when left out.")
    ] = None,
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on what cannot be decided, too.")
    ] = False,
) -> None:
    """Prove that the forms do what they should, or show answers with which they do not."""
    from portal.forms.proofs.proving import prove as run  # the solver takes a moment to import
    from portal.forms.proofs.report import as_json, as_text

    library = load_library(_forms_folder())
    folder = str(library.folder)
    chosen = _chosen_forms(library, forms)
    proofs: list[Proof] = []
    with _progress("Proving", len(chosen)) as advance:
        for number, form in enumerate(chosen):
            today = Today(council_day(datetime.now(UTC)), bank_holidays())
            proofs.append(run(form, today))
            advance(number + 1)
    if output == "json":
        print(json.dumps([as_json(p, folder) for p in proofs], indent=2, ensure_ascii=False))
    else:
        for proof in proofs:
            print("\n".join(as_text(proof, folder)))
    if any(proof.refuted or (strict and proof.undecided) for proof in proofs):
        raise typer.Exit(1)


def _chosen_forms(library: Library, names: list[str] | None) -> list[FormDefinition]:
    """The forms with these names, or all. Stops when one is not there or has errors."""
    problems = [str(finding) for finding in library.findings]
    problems += [f"there is no form called {n}" for n in names or [] if n not in library.forms]
    if problems:
        print("\n".join(problems))
        raise typer.Exit(1)
    return [form for form in library.forms.values() if not names or form.form in names]


@app.command()
def price(
    form: Annotated[str, typer.Argument(help="The form's name.")],
    output: Annotated[str, typer.Option("--format", help="text or json.")] = "text",
) -> None:
    """Print the whole price table of a form, with its dates."""
    from portal.forms.prices import as_row, price_table

    prices = price_table(_chosen_forms(load_library(_forms_folder()), [form])[0])
    if output == "json":
        print(json.dumps([asdict(p) for p in prices], indent=2, ensure_ascii=False, default=str))
        return
    rows = [("Line", "When", "From", "To", "For", "Price"), *(as_row(p) for p in prices)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows if prices else [("This form costs nothing.",)]:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        print("  ".join(cells).rstrip())


@app.command()
def used(
    name: Annotated[
        str | None, typer.Argument(help="A shared page or list, or a calendar; all when left out.")
    ] = None,
) -> None:
    """Say which forms use a shared page, list of choices or calendar."""
    from portal.forms.used_by import used_by

    shared = used_by(SHARED_FILE, read_bundles(_forms_folder()))
    if name and all(each.name != name for each in shared):
        print(f"There is no shared {name}. There are: {', '.join(each.name for each in shared)}.")
        raise typer.Exit(1)
    for each in shared:
        if name in (None, each.name):
            count = len(each.uses)
            said = f"{count} place{'s' if count > 1 else ''}" if count else "nobody uses it"
            print(f"{each.kind} {each.name}: {said}")
            for use in each.uses:
                print(f"  {use.file}:{use.line}")


@app.command()
def link(
    form: Annotated[str, typer.Argument(help="The form's name.")],
    values: Annotated[list[str], typer.Argument(help="question=value; in no case personal data.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days it holds.")] = 28,
) -> None:
    """Print a signed link that opens a form with these answers filled in.

    Whoever has the link can read what is in it.
    """
    from datetime import timedelta

    from portal.forms.examples import ExampleGazetteer
    from portal.forms.fields.base import Asking
    from portal.forms.prefilling import refused
    from portal.settings import read_settings
    from portal.web.prefill_links import make_link
    from portal.web.security import Signer

    definition = _chosen_forms(load_library(_forms_folder()), [form])[0]
    given: dict[str, str] = {}
    for value in values:
        name, _, given[name] = value.partition("=")
    now = datetime.now(UTC)
    asking = Asking(council_day(now), ExampleGazetteer(), lambda _file: None)
    wrong = refused(definition, given, asking)
    for name in wrong:
        allowed = ", ".join(definition.prefill) or "none"
        why = "cannot be that" if name in definition.prefill else "is not among those it may fill"
        print(f"{name} {why} (prefill of {form}: {allowed})")
    if wrong:
        raise typer.Exit(1)
    settings = read_settings()
    signer = Signer(settings.secret_key.get_secret_value())
    print(make_link(signer, settings.base_url, form, given, now + timedelta(days=days)))


@app.command()
def schema() -> None:
    """Print the JSON Schema of the form language, for editors."""
    print(json.dumps(form_schema(), indent=2, ensure_ascii=False))


@app.command()
def draw(
    form: Annotated[str, typer.Argument(help="The form's name.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write; left out, it is told.")
    ] = None,
) -> None:
    """Draw how a form goes, from its start to the end, as SVG."""
    from portal.forms.drawing import draw as run

    drawn = run(_chosen_forms(load_library(_forms_folder()), [form])[0])
    if output is None:
        print(drawn, end="")
    else:
        output.write_text(drawn, encoding="utf-8")
        print(f"{output} is written.")


@app.command()
def new(
    form: Annotated[str, typer.Argument(help="Its name in addresses: report-a-pothole.")],
    title: Annotated[str, typer.Option(help="What the service is called.")] = "",
    summary: Annotated[str, typer.Option(help="One sentence for the list of services.")] = "",
    service_area: Annotated[str, typer.Option(help="The council's team or area.")] = "",
    lgsl: Annotated[
        int | None, typer.Option(min=0, help="The number in the LGSL; 0 for later.")
    ] = None,
    queue: Annotated[str, typer.Option(help="The team its cases land in.")] = "",
    fee: Annotated[str, typer.Option(help="What it costs, for example £12.50; 0 for free.")] = "",
) -> None:
    """Write the first file of a new form. Asks for what is not given, if there is a terminal."""
    from portal.forms.beginning import Beginning, first_file
    from portal.forms.reader import PAGE_NAME

    folder = _forms_folder()
    target = folder / f"{form}.yml"
    if not PAGE_NAME.fullmatch(form):
        _refuse(f"{form!r} cannot be the name of a form: use small letters, digits and hyphens")
    if target.exists() or target.is_symlink():
        _refuse(f"{target} is there already: nothing is written")
    if not folder.is_dir():
        _refuse(f"there is no folder {folder}")
    words = form.replace("-", " ").capitalize()
    title = title or _asked("What is the service called?", words)
    begun = Beginning(
        form=form,
        title=title,
        summary=summary or _asked("Say in one sentence what it is for", title),
        service_area=service_area or _asked("Which team or area does it belong to?", "Council"),
        lgsl=lgsl if lgsl is not None else _as_number(_asked("Its LGSL number (0 for later)", "0")),
        queue=queue or _asked("Which queue do its cases land in?", "general"),
        fee=_as_pence(fee or _asked("What does it cost? (0 for free)", "0")),
        shares_contact_details=_shares_contact_details(folder),
    )
    with target.open("x", encoding="utf-8") as file:  # never over a file that came meanwhile
        file.write(first_file(begun))
    print(f"{target} is written. Look at it with: portal preview {form}")


def _asked(question: str, default: str) -> str:
    """What is answered on a terminal; the default in a pipe."""
    return typer.prompt(question, default=default, err=True) if sys.stdin.isatty() else default


def _as_number(written: str) -> int:
    if not (written.isascii() and written.isdigit()):
        _refuse(f"{written!r} is not a whole number")
    return int(written[:9])


def _as_pence(written: str) -> Pence:
    amount = parse_pounds(written)
    if amount is None:
        _refuse(f"{written!r} is not an amount of money: write it like £12.50")
    return amount


def _refuse(reason: str) -> NoReturn:
    print(reason)
    raise typer.Exit(1)


def _shares_contact_details(folder: Path) -> bool:
    shared = folder / SHARED_FILE
    text = read_text(shared) if shared.is_file() else ""
    value = read_source(SHARED_FILE, text).value
    pages = value.get("pages") if is_mapping(value) else None
    return is_mapping(pages) and "contact-details" in pages


@app.command()
def preview(
    form: Annotated[str, typer.Argument(help="The form's name.")],
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="The port to listen on.")] = 8000,
) -> None:
    """Serve the portal as `serve --prepare` does, and say where the form's workbench is."""
    if not (_forms_folder() / f"{Path(form).name}.yml").is_file():
        _refuse(f"there is no form called {form}")
    _errors.print(
        f"Its workbench, with the page beside the file: http://{host}:{port}/design/{form}"
    )
    serve(host=host, port=port, prepare=True)


@app.command()
def doctor(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="The port to listen on.")] = 8000,
) -> None:
    """Check everything the portal needs, and say what to do about what is wrong."""
    from portal.bootstrap import build_house
    from portal.doctor import check_everything, check_port

    settings, brought = _settings_beside_serve()
    house = build_house(settings)
    along = {"payment provider": brought.sandbox, "CRM": brought.crm, "mail": brought.mailbox}
    comes_along = frozenset(name for name, comes in along.items() if comes)
    findings = [*check_everything(house, comes_along=comes_along), check_port(host, port)]
    for finding in findings:
        print(f"{'ok  ' if finding.is_well else 'FAIL'} {finding.name}: {finding.said}")
    house.close()
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)


@app.command()
def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be deleted.")] = False,
) -> None:
    """Delete unsent drafts past their date, with their files; and files nothing speaks of."""
    from portal.bootstrap import build_house, real_clock
    from portal.submissions.retention import purge as run
    from portal.submissions.retention import sweep

    house = build_house(_settings_beside_serve()[0])
    with _progress("Deleting drafts", None) as advance:
        purged = run(
            house.transactions,
            house.attachments,
            now=real_clock(),
            dry_run=dry_run,
            progress=advance,
        )
        stray = sweep(
            house.transactions,
            house.attachments,
            house.receipt_files,
            house.copying.files,
            now=real_clock(),
            dry_run=dry_run,
        )
    verb = "would be deleted" if dry_run else "are deleted"
    print(f"{purged.drafts} drafts, {purged.files} files and {stray} stray files {verb}.")
    house.close()


@app.command()
def publish(
    form: Annotated[str, typer.Argument(help="The form's name.")],
    choice: Annotated[
        Literal["pin", "carry", "stop"],
        typer.Option(
            "--choose",
            help="Open drafts are finished on their own version (pin), moved to this one with all "
            "that fits (carry), or cannot be sent any more (stop).",
        ),
    ] = "pin",
    by: Annotated[str, typer.Option(envvar="USER", help="Who publishes; kept with it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the report alone.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Choose anew for drafts a choice was made for before.")
    ] = False,
    export: Annotated[
        bool, typer.Option("--export", help="Only print the text that residents get now.")
    ] = False,
    follow_file: Annotated[
        bool,
        typer.Option("--follow-file", help="Only serve its file again, or nothing without one."),
    ] = False,
) -> None:
    """Publish a form as its file stands, and say what becomes of the drafts begun before.

    What was published in the workbench is served no more then: the form follows its file again.
    """
    from portal.bootstrap import build_house, real_clock
    from portal.core.errors import Conflict, Missing
    from portal.submissions.proposal import Doer
    from portal.submissions.proposing import follow_file as run_follow_file
    from portal.submissions.proposing import publish_file
    from portal.submissions.publication import Choice
    from portal.submissions.publishing import plan_publication

    if export:
        _export(form)
        return
    if not by.strip():
        _errors.print("Say who publishes: --by NAME")
        raise typer.Exit(2)
    house = build_house(_settings_beside_serve()[0])
    definitions, transactions = house.definitions, house.transactions
    doer = Doer("", by.strip())
    try:
        if follow_file:
            followed = run_follow_file(definitions, transactions, form, by=doer, now=real_clock())
            print(f"{form} {'follows' if followed else 'followed already'} its file.")
            return
        with _progress("Trying the drafts", None) as advance:
            plan = plan_publication(
                definitions,
                transactions,
                form,
                today=house.today(),
                now=real_clock(),
                again=again,
                progress=advance,
            )
        print(f"{form}: {plan.report}")
        if not plan.is_needed and form not in definitions.published:
            print("This version is published already, and a choice is made for every draft.")
        elif not dry_run:
            publish_file(
                definitions,
                transactions,
                plan,
                Choice(choice),
                by=doer,
                now=real_clock(),
                again=again,
            )
            print(f"Published by {by.strip()}: {choice}.")
    except (Conflict, Missing) as error:
        _errors.print(str(error))
        raise typer.Exit(1) from None
    finally:
        house.close()


def _export(form: str) -> None:
    """Print the text that is served of a form, to be written over its file."""
    from portal.bootstrap import build_house

    house = build_house(_settings_beside_serve()[0])
    served = house.definitions.served().get(form)
    bundle = house.definitions.library.bundles.get(served.digest) if served else None
    house.close()
    if bundle is None:
        _refuse(f"there is no form called {form}")
    print(bundle.text, end="")


@app.command()
def parked(
    retry: Annotated[
        str, typer.Option(help="The key of a parked job to run again; all for all.")
    ] = "",
) -> None:
    """List the work that waits for a person, with the reason; run it again with --retry."""
    from portal.bootstrap import build_house

    house = build_house(_settings_beside_serve()[0])
    jobs = house.work.parked()
    for job in jobs:
        print(f"{job.since:%Y-%m-%d %H:%M}  {job.key}  {job.reason}")
        if retry in (job.key, "all") and house.work.retry(house.transactions, job.key):
            print("    will be tried again")
    if not jobs:
        print("Nothing is parked.")
    house.close()


def _settings_beside_serve() -> "tuple[Settings, Neighbours]":
    """The settings of a command that runs beside `portal serve`: in development that brings the
    CRM and the mailbox, whose addresses are then no setting."""
    from portal.serving import neighbours_for
    from portal.settings import read_settings

    settings = read_settings()
    brought = neighbours_for(settings)
    if brought.crm:
        settings.crm_url = f"{settings.base_url}/crm"
    if brought.mailbox:
        settings.smtp_url = type(settings.smtp_url)("smtp://127.0.0.1")
    return settings, brought


@contextmanager
def _progress(words: str, total: int | None) -> Generator[Callable[[int], None]]:
    """A bar on a terminal; nothing in a pipe. Gives a function that takes how far it is."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=_errors, transient=True) as bar:
        task = bar.add_task(words, total=total)
        yield lambda done: bar.update(task, completed=done)
