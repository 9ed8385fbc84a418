"""What a proof says to people and to editors."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, ClassVar, cast

import yaml

from portal.core.money import format_pounds
from portal.forms.definition import Example
from portal.forms.proofs.proving import Proof
from portal.forms.proofs.verdicts import Refuted
from portal.forms.source import Finding


def as_text(proof: Proof, folder: str = "") -> Iterator[str]:
    """Lines for people: how much is proven, then what is not, each with answers that show it."""
    yield f"{proof.form}: {_tally(proof)}"
    for refuted in (*proof.refuted, *proof.warnings):
        yield str(_placed(refuted.finding, folder))
        if refuted.witness is not None:
            yield from (f"    {line}" for line in as_yaml(refuted.witness).splitlines())
    for undecided in proof.undecided:
        yield f"{proof.form}: not decided: {undecided.claim}: {undecided.reason}"


def as_json(proof: Proof, folder: str = "") -> dict[str, Any]:
    """The same for editors."""
    return {
        "form": proof.form,
        "proven": [verdict.claim for verdict in proof.proven],
        "refuted": [_refuted(verdict, folder) for verdict in proof.refuted],
        "warnings": [_refuted(verdict, folder) for verdict in proof.warnings],
        "undecided": [asdict(verdict) for verdict in proof.undecided],
    }


def as_yaml(example: Example) -> str:
    """An example as it can be put under `examples:`."""
    written = [dict(_parts(example))]
    dumped: str = yaml.dump(written, Dumper=_AsText, sort_keys=False, allow_unicode=True, width=100)
    return dumped.rstrip()


class _AsText(yaml.SafeDumper):
    """Quotes only what needs it: the forms are read with every scalar as text."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # pyright: ignore[reportIncompatibleVariableOverride]  # PyYAML's own class variable


def _parts(example: Example) -> Iterator[tuple[str, Any]]:
    yield "example", example.name
    if example.on is not None:
        yield "on", example.on.isoformat()
    yield "answers", _plain(example.answers)
    if example.ends_at:
        yield "ends_at", example.ends_at
    if example.refused:
        yield "refused", dict(example.refused)
    if example.fee is not None:
        yield "fee", format_pounds(example.fee)


def _plain(written: Any) -> Any:  # noqa: ANN401  # YAML
    if isinstance(written, Mapping):
        pairs = cast("Mapping[str, Any]", written)
        return {key: _plain(value) for key, value in pairs.items()}
    return written


def _tally(proof: Proof) -> str:
    counted = (
        (len(proof.proven), "proven"),
        (len(proof.refuted), "refuted"),
        (len(proof.undecided), "not decided"),
        (len(proof.warnings), "warnings" if len(proof.warnings) != 1 else "warning"),
    )
    return ", ".join(f"{count} {word}" for count, word in counted if count or word == "proven")


def _refuted(refuted: Refuted, folder: str) -> dict[str, Any]:
    shown = as_yaml(refuted.witness) if refuted.witness is not None else ""
    finding = asdict(_placed(refuted.finding, folder))
    return {**finding, "claim": refuted.claim, "example": shown}


def _placed(finding: Finding, folder: str) -> Finding:
    where = f"{folder}/{finding.file}" if folder else finding.file
    return Finding(where, *(getattr(finding, name) for name in _AFTER_FILE))


_AFTER_FILE = ("line", "column", "severity", "code", "message", "hint")
