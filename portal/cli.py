"""The command `portal`. Long commands show progress on a terminal and are quiet in a pipe."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from portal.core.bank_holidays import bank_holidays
from portal.core.dates import Today, council_day
from portal.core.errors import UnsafeSettings
from portal.forms.definition import FormDefinition
from portal.forms.examples import run_example
from portal.forms.library import Library, check_path, load_library
from portal.forms.schema import form_schema
from portal.settings import Settings

if TYPE_CHECKING:
    from portal.forms.proofs.proving import Proof

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Council services online, one YAML file each.",
)
gazetteer = typer.Typer(no_args_is_help=True, help="The list of addresses.")
app.add_typer(gazetteer, name="gazetteer")
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
        _errors.print(f"[bold]The settings are not safe to start with:[/bold]\n{error}")
        raise SystemExit(2) from None
    except RuntimeError as error:
        _errors.print(str(error))
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
                f"  services  {base}/\n  CRM       {base}/crm/\n  mail      {base}/staff/outbox"
            )
            _errors.print(
                f"  payments  http://{host}:{port + 1} (sandbox: takes no money)\nCtrl-C stops it."
            )

    run(settings, host=host, port=port, ready=say_where)


def _prepare(settings: Settings) -> None:
    """Migrate and seed in this process: another would spend seconds importing the same again."""
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
    if not settings.is_production and not has_gazetteer(Transactions(engine)):
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
        signal.signal(asked, lambda *_: stop.set())
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
    """Load the demo data: the gazetteer of a district that does not exist."""
    from portal.settings import read_settings

    _seed(read_settings(), count, again=again)


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
    if any(proof.refuted for proof in proofs):
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
def schema() -> None:
    """Print the JSON Schema of the form language, for editors."""
    print(json.dumps(form_schema(), indent=2, ensure_ascii=False))


@app.command()
def doctor(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="The port to listen on.")] = 8000,
) -> None:
    """Check everything the portal needs, and say what to do about what is wrong."""
    from portal.bootstrap import build_house
    from portal.doctor import check_everything, check_port
    from portal.serving import neighbours_for
    from portal.settings import read_settings

    settings = read_settings()
    brought = neighbours_for(settings)
    if brought.crm:
        settings.crm_url = f"{settings.base_url}/crm"
    if brought.mailbox:
        settings.smtp_url = type(settings.smtp_url)("smtp://127.0.0.1")
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
    from portal.settings import read_settings
    from portal.submissions.retention import purge as run
    from portal.submissions.retention import sweep

    house = build_house(read_settings())
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
) -> None:
    """Publish a form as its file stands, and say what becomes of the drafts begun before."""
    from portal.bootstrap import build_house, real_clock
    from portal.core.errors import Conflict, Missing
    from portal.settings import read_settings
    from portal.submissions.publication import Choice
    from portal.submissions.publishing import plan_publication
    from portal.submissions.publishing import publish as run

    if not by.strip():
        _errors.print("Say who publishes: --by NAME")
        raise typer.Exit(2)
    house = build_house(read_settings())
    definitions, transactions = house.definitions, house.transactions
    try:
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
        if not plan.is_needed:
            print("This version is published already, and a choice is made for every draft.")
        elif not dry_run:
            run(
                definitions,
                transactions,
                plan,
                Choice(choice),
                by=by.strip(),
                now=real_clock(),
                again=again,
            )
            print(f"Published by {by.strip()}: {choice}.")
    except (Conflict, Missing) as error:
        _errors.print(str(error))
        raise typer.Exit(1) from None
    finally:
        house.close()


@app.command()
def parked(
    retry: Annotated[
        str, typer.Option(help="The key of a parked job to run again; all for all.")
    ] = "",
) -> None:
    """List the work that waits for a person, with the reason; run it again with --retry."""
    from portal.bootstrap import build_house
    from portal.settings import read_settings

    house = build_house(read_settings())
    jobs = house.work.parked()
    for job in jobs:
        print(f"{job.since:%Y-%m-%d %H:%M}  {job.key}  {job.reason}")
        if retry in (job.key, "all"):
            with house.transactions.write() as session:
                promised = house.work.retry(session, job.key)
            if promised:
                house.work.forget(job.key)
                print("    will be tried again")
    if not jobs:
        print("Nothing is parked.")
    house.close()


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
