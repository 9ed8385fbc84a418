"""`python -m portal.crm`: serves the reference CRM until it is told to stop."""

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from portal.crm.settings import CrmSettings, objection

UNSAFE = 2
"""Exit code when the CRM must not start."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; answers the exit code."""
    asked = _parser().parse_args(arguments)
    given: str = asked.token or os.environ.get("PORTAL_CRM_TOKEN", "")
    refused = objection(
        os.environ, public=asked.public, faults=asked.faults, token_given=bool(given)
    )
    if refused is not None:
        print(refused, file=sys.stderr)  # noqa: T201 - this is a command
        return UNSAFE
    settings = CrmSettings(
        data_dir=asked.data_dir,
        token=given or _own_token(asked.data_dir),
        public=asked.public,
        faults=asked.faults,
        public_url=asked.public_url,
    )
    if not asked.quiet:
        print(f"Reference CRM: http://{asked.host}:{asked.port}", flush=True)  # noqa: T201 - this is a command
        if not given:
            print(f"Its token is in {settings.data_dir / 'token'}", flush=True)  # noqa: T201 - this is a command
    _serve(settings, host=asked.host, port=asked.port, quiet=asked.quiet)
    return 0


def _serve(settings: CrmSettings, *, host: str, port: int, quiet: bool) -> None:
    # Imported here so that a refusal to start, and --help, are immediate.
    import uvicorn  # noqa: PLC0415

    from portal.crm.app import create_app  # noqa: PLC0415

    uvicorn.run(
        create_app(settings),
        host=host,
        port=port,
        access_log=False,
        log_level="critical" if quiet else "warning",
        timeout_graceful_shutdown=2,
        server_header=False,
        # The gate must see who really connects, not what a header says.
        proxy_headers=False,
    )


def _own_token(data_dir: Path) -> str:
    """A token made once and kept beside the data, for this user's eyes only."""
    path = data_dir / "token"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text().strip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m portal.crm", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--token", help="the API's; else PORTAL_CRM_TOKEN, else one is made")
    parser.add_argument(
        "--public",
        action="store_true",
        help="answer other machines too; there is no sign-in, so put one in front",
    )
    parser.add_argument("--public-url", help="how browsers reach this CRM")
    parser.add_argument("--faults", action="store_true", help="let /_faults break calls (tests)")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
