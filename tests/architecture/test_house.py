"""The house stands as it is drawn: floors, doors, and nothing of anybody's machine in it."""

import ast
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.forms.fields import FIELD_TYPES

ROOT = Path(__file__).parents[2]
PORTAL = ROOT / "portal"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]


def test_every_import_contract_is_kept(tmp_path: Path):
    command = ROOT / ".venv" / "bin" / "lint-imports"
    said = subprocess.run(
        [str(command), "--no-cache"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    assert said.returncode == 0, said.stdout + said.stderr


def layered(contract: str) -> set[str]:
    (layers,) = (each["layers"] for each in CONTRACTS if each["id"] == contract)
    return {name.strip() for layer in layers for name in layer.split("|")}


@pytest.mark.parametrize(
    ("contract", "folder"),
    [("floors", PORTAL), ("forms", PORTAL / "forms"), ("web", PORTAL / "web")],
)
def test_every_module_is_on_a_floor(contract: str, folder: Path):
    modules = {
        path.stem if path.suffix == ".py" else path.name
        for path in folder.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert modules - {"__init__", "__main__"} == layered(contract)


@pytest.mark.parametrize("name", sorted(FIELD_TYPES))
def test_every_field_type_has_a_template_of_its_name(name: str):
    assert (PORTAL / "templates" / "fields" / f"{name.replace('-', '_')}.html").is_file()


def sources(*under: str) -> Iterator[tuple[str, ast.AST]]:
    for part in under:
        place = PORTAL / part
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


PURE = ("core", "forms", "payments", "cases", "notices", "accounts", "submissions", "web")


@pytest.mark.parametrize("package", PURE)
def test_nobody_below_the_composition_root_reads_the_clock_or_draws_lots(package: str):
    found: list[str] = []
    for name, tree in sources(package):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
                found += [f"{name}: imports random" for module in names if module == "random"]
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"now", "utcnow", "today"}
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in {"datetime", "date"}
            ):
                found.append(f"{name}:{node.lineno} reads the clock")
    assert found == []


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], capture_output=True, check=True, cwd=ROOT, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


HOMES = "|".join(("home/[a-z]+", "Users/[A-Za-z]+", "root", "work" + "/[a-z.]+", "tmp/" + "wt"))
MACHINE = re.compile(rf"(?<![\w.:/}}])/(?:{HOMES})/")
REGISTRY = re.compile(r"https?://[^/\s\"']*(?:py-?p[i]\b|devp[i]|artifactory|nexus|registry)")


def test_no_tracked_file_names_a_registry_or_a_path_of_somebodys_machine():
    found: list[str] = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}: {match[0]}"
            for pattern in (MACHINE, REGISTRY)
            for match in pattern.finditer(text)
        ]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_holds_names_versions_and_hashes_and_no_host(name: str):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "--hash=sha256:" in text
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert not [line for line in lines if "://" in line or "index-url" in line]
    names = [line for line in lines if line and not line.startswith(" ")]
    assert names
    assert all("==" in line for line in names)
