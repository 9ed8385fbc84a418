"""The portal as a process that can be killed, in a hurry.

It is `portal serve` or `portal work` in every respect but two. Its work waits a twentieth of
the time, and it is less patient with the CRM and the mail server, so that an hour's recovery
fits into a minute. And it is forked from a process that has imported our code and done nothing
else, so that coming up again takes a moment and not the seconds that importing takes.
"""

import os
import signal
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from portal.bootstrap import CRM_MAPPINGS, House, build_house
from portal.cases.crm import CrmSettings, load_crm
from portal.notices.smtp import SmtpMailer, read_smtp_url
from portal.serving import serve, worker_for
from portal.settings import Settings, read_settings

PACE = 20.0
CRM_PATIENCE_SECONDS = 2.0
MAIL_PATIENCE = timedelta(seconds=4)


def build(settings: Settings) -> House:
    """The house, in a hurry."""
    house = build_house(settings, pace=PACE)
    house.crm = load_crm(
        CrmSettings(
            settings.crm,
            CRM_MAPPINGS,
            settings.crm_url,
            settings.crm_token.get_secret_value(),
            patience_seconds=CRM_PATIENCE_SECONDS,
        )
    )
    house.mailer = SmtpMailer(
        read_smtp_url(settings.smtp_url.get_secret_value()),
        sender=house.following_up.sender,
        sender_name=house.council.name,
        longest=MAIL_PATIENCE,
    )
    return house


def work() -> None:
    """Work until SIGTERM."""
    stop = threading.Event()
    for asked in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked, lambda *_: stop.set())
    house = build(read_settings())
    worker = worker_for(house)
    worker.start()
    stop.wait()
    worker.stop()
    house.close()


def run(role: str, port: int, environment: Mapping[str, str], log: Path) -> None:
    """Be a process of the portal from here on: serve, or work."""
    os.environ.update(environment)
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)
    if role == "work":
        work()
        return
    serve(read_settings(), host="127.0.0.1", port=port, ready=lambda _house: None, build=build)
