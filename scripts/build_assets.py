"""Builds static/vendor/ from pinned npm packages; only whoever changes a version needs Node.

`npm ci` refuses a package whose integrity differs from scripts/assets/package-lock.json, and
nothing a package would like to run at installation is run. What was made from what is written
to static/vendor/VENDORED.toml, which a test holds the files to. `--check` builds without
writing and fails when the tree differs.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
RECIPE = ROOT / "scripts" / "assets"

FONT = "source-sans-3-{}-{}-normal.woff2"
FONTS = [FONT.format(part, weight) for part in ("latin", "latin-ext") for weight in (400, 700)]

PACKAGES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "govuk-frontend": ("govuk-frontend", {}),
    "htmx.org": ("htmx", {"htmx.min.js": "dist/htmx.min.js", "LICENSE": "LICENSE"}),
    "@fontsource/source-sans-3": (
        "fonts",
        {"source-sans-3.LICENSE": "LICENSE"} | {font: f"files/{font}" for font in FONTS},
    ),
}
"""npm package → its folder in static/vendor/, and the files copied there as they are."""

EDITOR = "codemirror"
"""The folder of the workbench's editor: CodeMirror's packages as one script, from editor.js."""

# The npm package of GOV.UK Frontend carries no licence text: this one stands in its repository
# as LICENSE.txt, and is kept rather than built.
KEPT = ("govuk-frontend/LICENSE.txt",)


def main(arguments: list[str]) -> int:
    """Build, then write what was built or compare it with the tree; the process's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        workshop = Path(folder)
        install(workshop)
        files = build(workshop)
        files["VENDORED.toml"] = describe(workshop, files)
    if "--check" in arguments:
        return compare(files)
    for name, body in files.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)
        print(f"{len(body):>7}  static/vendor/{name}")
    return 0


def install(workshop: Path) -> None:
    """Fetch the pinned packages into the workshop, integrity checked, nothing of theirs run."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(RECIPE / name, workshop)
    run("npm", "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund", at=workshop)


def build(workshop: Path) -> dict[str, bytes]:
    """Every file of static/vendor/, by its name there."""
    packages = workshop / "node_modules"
    stylesheet = run(
        "node", packages / "sass" / "sass.js", "--no-source-map", "--style=compressed",
        "--no-charset", "--load-path", packages / "govuk-frontend" / "dist" / "govuk",
        RECIPE / "portal.scss", at=workshop,
    )  # fmt: skip
    copied = {
        f"{folder}/{name}": (packages / package / source).read_bytes()
        for package, (folder, files) in PACKAGES.items()
        for name, source in files.items()
    }
    kept = {name: (VENDOR / name).read_bytes() for name in KEPT}
    return {"govuk-frontend/portal.css": stylesheet, **copied, **kept, **build_editor(workshop)}


def build_editor(workshop: Path) -> dict[str, bytes]:
    """The editor as one small script, and the licences of all that is in it."""
    packages = workshop / "node_modules"
    shutil.copy(RECIPE / "editor.js", workshop)
    run(
        "node", packages / "@rollup" / "wasm-node" / "dist" / "bin" / "rollup", "--silent",
        "--plugin", "@rollup/plugin-node-resolve", "--format", "iife",
        "--input", "editor.js", "--file", "bundle.js", at=workshop,
    )  # fmt: skip
    script = run(
        "node", packages / "terser" / "bin" / "terser", "--compress", "--mangle", "--",
        "bundle.js", at=workshop,
    )  # fmt: skip
    texts: dict[str, list[str]] = {}
    for name, version in editor_parts(workshop).items():
        text = (packages / name / "LICENSE").read_text(encoding="utf-8").strip()
        texts.setdefault(text, []).append(f"{name} {version}")
    licences = "\n\n".join(f"{', '.join(names)}\n\n{text}" for text, names in texts.items())
    return {f"{EDITOR}/editor.js": script, f"{EDITOR}/LICENSE": f"{licences}\n".encode()}


def editor_parts(workshop: Path) -> dict[str, str]:
    """The packages the editor is made of, with their versions: all that editor.js leads to."""
    packages = workshop / "node_modules"
    wanted = re.findall(r'from "([^"]+)"', (RECIPE / "editor.js").read_text(encoding="utf-8"))
    parts: dict[str, str] = {}
    while wanted:
        name = wanted.pop()
        if name not in parts:
            package = json.loads((packages / name / "package.json").read_text())
            parts[name] = package["version"]
            wanted += package.get("dependencies", {})
    return dict(sorted(parts.items()))


def describe(workshop: Path, files: Mapping[str, bytes]) -> bytes:
    """VENDORED.toml: each package with its version, licence, checksums and what came of it."""
    locked = json.loads((workshop / "package-lock.json").read_text())["packages"]
    parts = ["# Written by scripts/build_assets.py: what static/vendor/ holds and its origin.\n"]
    for name, (folder, _) in PACKAGES.items():
        package = json.loads((workshop / "node_modules" / name / "package.json").read_text())
        made = sorted(file for file in files if file.startswith(f"{folder}/"))
        lines = "".join(f'"{file}" = "{sha256(files[file])}"\n' for file in made)
        parts.append(
            f"\n[packages.{folder}]\n"
            f'name = "{name}"\nversion = "{package["version"]}"\nlicence = "{package["license"]}"\n'
            f'tarball_sha256 = "{tarball_sha256(name, locked, workshop)}"\n'
            f"\n[packages.{folder}.files]\n{lines}"
        )
    parts.append(describe_editor(workshop, files))
    return "".join(parts).encode()


def describe_editor(workshop: Path, files: Mapping[str, bytes]) -> str:
    """The editor's own entry: npm has checked each part against its SHA-512 in the lock file."""
    inside = editor_parts(workshop)
    made = sorted(file for file in files if file.startswith(f"{EDITOR}/"))
    lines = "".join(f'"{file}" = "{sha256(files[file])}"\n' for file in made)
    held = "".join(f'"{name}" = "{version}"\n' for name, version in inside.items())
    return (
        f"\n[packages.{EDITOR}]\n"
        f'name = "CodeMirror"\nversion = "{inside["@codemirror/view"]}"\nlicence = "MIT"\n'
        f"\n[packages.{EDITOR}.parts]\n{held}\n[packages.{EDITOR}.files]\n{lines}"
    )


def tarball_sha256(name: str, locked: Mapping[str, Mapping[str, str]], workshop: Path) -> str:
    """The SHA-256 of a package as published; its SHA-512 must be the locked one.

    Raises:
        SystemExit: the package offered is not the one that was locked. Trying again does not
            help: find out why before building.
    """
    entry = locked[f"node_modules/{name}"]
    run("npm", "pack", f"{name}@{entry['version']}", "--ignore-scripts", at=workshop)
    packed = name.removeprefix("@").replace("/", "-")
    body = (workshop / f"{packed}-{entry['version']}.tgz").read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(body).digest()).decode()
    if integrity != entry["integrity"]:
        raise SystemExit(f"{name} {entry['version']} is not the package that was locked: not built")
    return sha256(body)


def compare(files: Mapping[str, bytes]) -> int:
    """Name every file of the tree that is not what the packages make; 1 when there is one."""
    differing = [name for name, body in files.items() if (VENDOR / name).read_bytes() != body]
    for name in differing:
        print(f"static/vendor/{name} is not what its package makes: run `make assets`")
    return 1 if differing else 0


def sha256(body: bytes) -> str:
    """The checksum, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def run(*command: str | Path, at: Path) -> bytes:
    """Run a tool and give back what it printed; stop with its own words when it fails."""
    done = subprocess.run(list(map(str, command)), cwd=at, capture_output=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode(errors="replace"))
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
