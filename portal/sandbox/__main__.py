"""`python -m portal.sandbox`: serves the sandbox until it is told to stop."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from portal.sandbox.settings import SandboxSettings, objection

UNSAFE = 2
"""Exit code when the sandbox must not start."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; answers the exit code."""
    asked = _parser().parse_args(arguments)
    settings = SandboxSettings(
        data_dir=asked.data_dir,
        api_key=asked.api_key,
        webhook_secret=asked.webhook_secret,
        webhook_url=asked.webhook_url,
        public_url=asked.public_url,
        merchant_name=asked.merchant_name,
    )
    refused = objection(settings, os.environ)
    if refused is not None:
        print(refused, file=sys.stderr)  # noqa: T201 - this is a command
        return UNSAFE
    if not asked.quiet:
        print(f"Sandbox payment service (takes no money): http://{asked.host}:{asked.port}")  # noqa: T201 - this is a command
    _serve(settings, host=asked.host, port=asked.port, quiet=asked.quiet)
    return 0


def _serve(settings: SandboxSettings, *, host: str, port: int, quiet: bool) -> None:
    # Imported here so that a refusal to start, and --help, are immediate.
    import uvicorn  # noqa: PLC0415

    from portal.sandbox.app import create_app  # noqa: PLC0415

    config = uvicorn.Config(
        create_app(settings),
        host=host,
        port=port,
        access_log=False,
        log_level="critical" if quiet else "warning",
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    for stop in (signal.SIGTERM, signal.SIGINT):
        # uvicorn raises the signal again once it has stopped; by then there is nothing to do.
        signal.signal(stop, _stay_calm)
    uvicorn.Server(config).run()


def _stay_calm(_signal: int, _frame: FrameType | None) -> None:
    """Do nothing: the server is stopping already."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m portal.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--api-key", required=True, help="starts with sk_test_")
    parser.add_argument("--webhook-secret", required=True)
    parser.add_argument("--webhook-url", help="where events are posted; left out: nowhere")
    parser.add_argument("--public-url", help="how a payer's browser reaches this service")
    parser.add_argument("--merchant-name", default="Test council")
    parser.add_argument("--quiet", action="store_true", help="print nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
