"""What a resident is to be told of a change of the form; kept with the draft until they know."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from portal.forms.migrating import Migrated


@dataclass(frozen=True, slots=True)
class Lost:
    """An answer that was not taken along."""

    label: str
    lines: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a change of the form has meant for one draft."""

    lost: tuple[Lost, ...] = ()
    asked: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    total_before: int | None = None
    """Pence; None where the price was not known, or is none other."""
    total_after: int | None = None
    welsh: "Change | None" = None
    """The same in Welsh; None where the form has no Welsh, and in what was kept before it had."""

    def in_language(self, language: str) -> "Change":
        """In a language; as it is when it is not kept in that one."""
        return self.welsh or self if language == "cy" else self

    def then(self, later: "Change") -> "Change":
        """This change, not yet told, and a later one: whatever is to be told of either."""
        price = self.total_before if self.total_before is not None else later.total_before
        after = later.total_after if later.total_after is not None else self.total_after
        return Change(
            tuple(dict.fromkeys((*self.lost, *later.lost))),
            tuple(dict.fromkeys((*self.asked, *later.asked))),
            later.again,
            price,
            after,
            self.in_language("cy").then(later.in_language("cy"))
            if self.welsh or later.welsh
            else None,
        )


def change_of(moved: Migrated, in_welsh: Migrated | None = None) -> Change:
    """What is to be told of a move; `in_welsh` is the same move between the Welsh texts."""
    said = _change_of(moved)
    if in_welsh is None or said == Change():
        return said
    return replace(said, welsh=_change_of(_as_moved(moved, in_welsh)))


def _as_moved(moved: Migrated, in_welsh: Migrated) -> Migrated:
    """What the move did, in the Welsh words where there are Welsh words for it."""
    lost = {(each.question, each.place): each for each in in_welsh.dropped}
    pairs = ((moved.newly_asked, in_welsh.newly_asked), (moved.again, in_welsh.again))
    asked, again = (welsh if len(welsh) == len(said) else said for said, welsh in pairs)
    dropped = tuple(lost.get((each.question, each.place), each) for each in moved.dropped)
    return replace(moved, dropped=dropped, newly_asked=asked, again=again)


def _change_of(moved: Migrated) -> Change:
    is_other = moved.changes_price
    return Change(
        tuple(Lost(each.label, each.lines, each.why.value) for each in moved.dropped),
        moved.newly_asked,
        moved.again,
        moved.fee_before.total if is_other and moved.fee_before else None,
        moved.fee_after.total if is_other and moved.fee_after else None,
    )


def dump_change(change: Change) -> str:
    """As it is kept; empty when there is nothing to tell."""
    return "" if change == Change() else json.dumps(asdict(change), ensure_ascii=False)


def load_change(stored: str) -> Change:
    """Back from storage; nothing to tell when it is empty."""
    return _read(json.loads(stored)) if stored else Change()


def _read(read: Mapping[str, Any]) -> Change:
    welsh = read.get("welsh")
    return Change(
        tuple(Lost(each["label"], tuple(each["lines"]), each["why"]) for each in read["lost"]),
        tuple(read["asked"]),
        tuple(read["again"]),
        read["total_before"],
        read["total_after"],
        _read(welsh) if welsh else None,
    )
