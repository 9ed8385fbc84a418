"""What a resident is to be told of a change of the form; kept with the draft until they know."""

import json
from dataclasses import asdict, dataclass

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
        )


def change_of(moved: Migrated) -> Change:
    """What is to be told of a move."""
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
    if not stored:
        return Change()
    read = json.loads(stored)
    return Change(
        tuple(Lost(each["label"], tuple(each["lines"]), each["why"]) for each in read["lost"]),
        tuple(read["asked"]),
        tuple(read["again"]),
        read["total_before"],
        read["total_after"],
    )
