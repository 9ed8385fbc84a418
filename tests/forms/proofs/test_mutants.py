"""Good forms with one slip each: every harmful slip is refused, and no harmless one is.

Whether a slip does harm is for the independent judge to say, never for the prover.
"""

from collections import Counter
from pathlib import Path

import pytest

from portal.core.dates import Today
from portal.forms.definition import FormDefinition
from portal.forms.examples import run_example
from portal.forms.library import read_bundles
from portal.forms.parsing import Bundle, parse_form
from portal.forms.proofs.proving import prove
from portal.forms.proofs.verdicts import Refuted
from tests.forms.proofs.fixtures import FIXTURES
from tests.forms.proofs.mutants import mutants
from tests.forms.proofs.oracle import is_harmful
from tests.forms.proofs.small_forms import TODAY

SHIPPED = {
    bundle.file.removesuffix(".yml"): bundle
    for bundle in read_bundles(Path("form_definitions"))
    if "- repeat:" not in bundle.text
}
BUNDLES: dict[str, Bundle] = SHIPPED | {name: of.bundle for name, of in FIXTURES.items()}
EVERY = {
    "taxi": 2,
    "land": 2,
    "hall": 15,
    "street-naming-and-numbering": 1,
    "report-fly-tipping": 2,
    "make-a-complaint": 2,
    "temporary-event-notice": 30,
}
"""Which mutants of a form are tried here: every second, every sixth …"""
PARTS = 3
CHOSEN = {name: list(mutants(bundle, EVERY.get(name, 6))) for name, bundle in BUNDLES.items()}


def test_there_are_enough_mutants_of_enough_kinds() -> None:
    kinds = Counter(kind for chosen in CHOSEN.values() for kind, _, _ in chosen)
    assert sum(kinds.values()) >= 500
    assert len(kinds) >= 20


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", CHOSEN)
def test_every_harmful_slip_is_refused_and_no_harmless_one(name: str, part: int) -> None:
    tally: Counter[str] = Counter()
    wrong: list[str] = []
    for kind, what, write in CHOSEN[name][part::PARTS]:
        outcome = outcome_of(write())
        tally[outcome] += 1
        if outcome in {"MISSED", "FALSE ALARM", "NOT SHOWN"}:
            wrong.append(f"{outcome}: {kind}: {what}")
    print(f"{name} {part + 1}/{PARTS}: {dict(tally)}")
    assert not wrong


def is_shown(form: FormDefinition, refuted: Refuted) -> bool:
    """Whether the answers that are to show a defect run in the engine as they say they do."""
    witness = refuted.witness
    if witness is None or witness.on is None:
        return False
    problems = run_example(form, witness, Today(witness.on, TODAY.bank_holidays)).problems
    return all("the fee cannot be worked out" in problem for problem in problems)


def outcome_of(bundle: Bundle) -> str:
    """What becomes of one mutant."""
    form = parse_form(bundle).definition
    if form is None:
        return "refused by check"
    harmful, proof = is_harmful(form, TODAY), prove(form, TODAY)
    refuted = bool(proof.refuted)
    if not all(is_shown(form, each) for each in (*proof.refuted, *proof.warnings)):
        return "NOT SHOWN"
    if harmful:
        return "harmful, refused by proof" if refuted else "MISSED"
    return "FALSE ALARM" if refuted else "harmless"
