"""Moving an open draft to another version of its form, and telling its resident what that meant."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from portal.core.dates import Today
from portal.core.shapes import is_list, is_mapping
from portal.forms.answers import Answers, dump_answers, load_answers
from portal.forms.definition import FormDefinition
from portal.forms.migrating import Migrated, migrate
from portal.submissions.change import Change, Lost, change_of, dump_change, load_change
from portal.submissions.definitions import Definitions, DefinitionUnreadable
from portal.submissions.filling import Filling
from portal.submissions.publication import Choice
from portal.submissions.records import DraftRow, lock_open_draft, move_draft
from portal.submissions.submission import Draft


def read_draft(definitions: Definitions, draft: Draft | DraftRow) -> tuple[FormDefinition, Answers]:
    """The draft's own definition, and its answers.

    Raises DefinitionUnreadable when the definition is gone, or is not what the answers were
    given to: somebody has changed what was kept.
    """
    definition = definitions.by_digest(draft.form, draft.digest)
    try:
        return definition, load_answers(definition, draft.answers)
    except (ValueError, KeyError, TypeError) as error:
        msg = f"the answers of a draft of {draft.form} do not fit its definition {draft.digest}"
        raise DefinitionUnreadable(msg) from error


def carry_draft(
    filling: Filling, form: str, session_hash: str, *, today: Today, now: datetime
) -> bool:
    """Move the browser's draft where the designer's choice carries it; False when it stays.

    The choice is looked up again with the draft held, so two requests at once move it once. What
    is not taken along is kept with the draft until the resident has been told of it. Raises
    DefinitionUnreadable when its own definition cannot be read: the draft is as it was.
    """
    with filling.transactions.write() as session:
        row = lock_open_draft(session, session_hash, form)
        if row is None or row.expires_at < now:
            return False
        course = filling.definitions.course_within(session, form, row.digest)
        if course.choice is not Choice.CARRY:
            return False
        target = filling.definitions.by_digest(form, course.to_digest)
        _move(filling, session, row, target, today, now)
        return True


def begin_again(
    filling: Filling, form: str, session_hash: str, *, today: Today, now: datetime
) -> bool:
    """Take what fits of a stopped draft into the version served now; False where none is stopped.

    Raises Missing when the form is not served any more, and DefinitionUnreadable.
    """
    target = filling.definitions.current(form)
    with filling.transactions.write() as session:
        row = lock_open_draft(session, session_hash, form)
        if row is None or row.expires_at < now:
            return False
        course = filling.definitions.course_within(session, form, row.digest)
        if course.choice is not Choice.STOP:
            return False
        _move(filling, session, row, target, today, now)
        return True


def _move(
    filling: Filling,
    session: Session,
    row: DraftRow,
    target: FormDefinition,
    today: Today,
    now: datetime,
) -> None:
    old, answers = read_draft(filling.definitions, row)
    moved = migrate(old, target, answers, today, bank_weights=filling.bank_weights)
    filling.definitions.keep(session, target, now)
    session.flush()
    told = load_change(row.change).then(
        change_of(moved, _in_welsh(filling, old, target, answers, today))
    )
    kept = dump_answers(target, moved.answers)
    move_draft(session, row, target.digest, kept, dump_change(told), now)


def _in_welsh(
    filling: Filling, old: FormDefinition, target: FormDefinition, answers: Answers, today: Today
) -> Migrated | None:
    """The same move between the Welsh texts: the draft does not say in which language it is."""
    if "cy" not in target.languages:
        return None
    return migrate(
        old.in_language("cy"),
        target.in_language("cy"),
        answers,
        today,
        bank_weights=filling.bank_weights,
    )


def change_told(filling: Filling, form: str, session_hash: str, change: str) -> None:
    """The resident has read this change and goes on: it is not told again.

    One that has grown since the page was drawn (another tab, another change) stays.
    """
    with filling.transactions.write() as session:
        row = lock_open_draft(session, session_hash, form)
        if row is not None and row.change == change:
            row.change = ""


def raw_answers(draft: Draft, say: Callable[[str], str]) -> tuple[Lost, ...]:
    """Everything a draft holds in plain words, for when its definition cannot be read.

    `say` gives a word of the portal's own in the language of the page.
    """
    try:
        return tuple(_raw(json.loads(draft.answers or "{}"), say))
    except (ValueError, AttributeError):
        return (Lost(say("your_answers"), (draft.answers,), ""),)


def _raw(stored: Mapping[str, Any], say: Callable[[str], str], before: str = "") -> Iterator[Lost]:
    answers, items = stored.get("answers"), stored.get("items")
    for name, value in answers.items() if is_mapping(answers) else ():
        yield Lost(f"{before}{_words(name)}", tuple(_lines(value, say)), "")
    for name, listed in items.items() if is_mapping(items) else ():
        things: list[Any] = listed if is_list(listed) else []
        for number, item in enumerate(things, 1):
            if is_mapping(item):
                yield from _raw(item, say, f"{before}{_words(name)} {number}: ")


def _words(name: str) -> str:
    said = name.replace("_", " ").strip()
    return said[:1].upper() + said[1:]


def _lines(value: Any, say: Callable[[str], str]) -> Iterator[str]:  # noqa: ANN401  # stored JSON
    if is_mapping(value):
        parts = [value.get("name")] if "sha256" in value else list(value.values())
        for part in parts:
            yield from _lines(part, say)
    elif is_list(value):
        for part in value:
            yield from _lines(part, say)
    elif isinstance(value, bool):
        yield say("yes" if value else "no")
    elif value not in (None, ""):
        yield str(value)


def told(draft: Draft) -> Change:
    """What the draft's resident is still to be told."""
    return load_change(draft.change)
