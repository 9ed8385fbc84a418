"""What every provider must do, asked of each one over its real wire."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from portal.core.errors import Forged, ProviderRefused
from portal.core.money import Pence
from portal.payments.payment import (
    SESSION_LIFE,
    Attempt,
    AttemptState,
    PaymentLine,
    PaymentRequest,
    SnapshotState,
    VatTreatment,
    accept,
)
from portal.payments.provider import PaymentProvider, Redirect, provider_names
from portal.payments.providers.zero import ZeroProvider
from tests.payments.council import a_line, a_request, now, urls
from tests.support.sandbox_server import SandboxServer

TRIED = {"sandbox", "stripe", "zero"}


@dataclass
class Case:
    """One provider, something it can take, and a way for the payer to pay."""

    provider: PaymentProvider
    lines: tuple[PaymentLine, ...]
    pay: Callable[[str], object]
    payable: bool = True

    def begin(self, *lines: PaymentLine) -> tuple[PaymentRequest, Attempt]:
        request, began = a_request(*(lines or self.lines)), now()
        attempt = Attempt(
            id=secrets.token_hex(16),
            reference=f"{request.reference}-1",
            request_id=request.id,
            provider=self.provider.name,
            amount=request.amount,
            state=AttemptState.OPEN,
            created_at=began,
            expires_at=(began + SESSION_LIFE).replace(microsecond=0),
        )
        return request, attempt

    def open_page(self) -> tuple[Attempt, Redirect]:
        request, attempt = self.begin()
        parameters = self.provider.prepare(request, attempt, urls("word"))
        page = self.provider.start(parameters, f"test:{attempt.id}:create:0")
        return replace(attempt, provider_reference=page.provider_reference), page


@pytest.fixture(params=["stripe", "zero"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "zero":
        free = PaymentLine("Blue Badge", Pence(0), VatTreatment.EXEMPT, "1")
        return Case(ZeroProvider("test", live=False), (free,), lambda _: None, payable=False)
    sandbox: SandboxServer = request.getfixturevalue("sandbox")
    return Case(
        request.getfixturevalue("provider"),
        (a_line(45_00), a_line(24_00, VatTreatment.STANDARD)),
        sandbox.pay,
    )


def test_every_adapter_is_tried_here() -> None:
    assert set(provider_names()) == TRIED, "a new adapter needs its case in this suite"


def test_a_page_opened_twice_with_one_key_is_one_page(case: Case) -> None:
    request, attempt = case.begin()
    parameters = case.provider.prepare(request, attempt, urls("word"))

    pages = [case.provider.start(parameters, f"test:{attempt.id}:create:0") for _ in range(2)]

    assert pages[0] == pages[1]
    assert pages[0].expires_at == attempt.expires_at


def test_preparing_is_repeatable_and_plain_json(case: Case) -> None:
    import json

    request, attempt = case.begin()
    once, again = (case.provider.prepare(request, attempt, urls("w")) for _ in range(2))

    assert once == again == json.loads(json.dumps(once))


def test_a_paid_page_is_paid_with_our_reference_and_amount(case: Case) -> None:
    attempt, page = case.open_page()
    case.pay(page.provider_reference)

    snapshot = case.provider.fetch(page.provider_reference)

    assert snapshot.state is SnapshotState.PAID
    verdict = accept(attempt, snapshot, live=case.provider.live)
    assert verdict.state is AttemptState.SUCCEEDED, verdict.problem
    assert snapshot.method


def test_a_paid_page_does_not_expire(case: Case) -> None:
    _, page = case.open_page()
    case.pay(page.provider_reference)

    assert case.provider.expire(page.provider_reference).state is SnapshotState.PAID


def test_an_unpaid_page_expires_and_expiring_again_is_no_harm(case: Case) -> None:
    _, page = case.open_page()

    ends = [case.provider.expire(page.provider_reference).state for _ in range(2)]

    assert ends == [SnapshotState.EXPIRED if case.payable else SnapshotState.PAID] * 2


def test_a_lost_page_is_found_by_our_reference(case: Case) -> None:
    attempt, page = case.open_page()

    found = case.provider.find(attempt.reference, attempt.created_at)

    assert found is not None
    assert found.provider_reference == page.provider_reference


def test_asking_for_somebody_elses_payment_is_refused(case: Case) -> None:
    with pytest.raises(ProviderRefused):
        case.provider.fetch("cs_test_nothing_of_ours")


def test_an_unsigned_event_is_forged(case: Case) -> None:
    with pytest.raises(Forged):
        case.provider.read_event({}, b"{}", now=now())


def test_a_healthy_provider_says_so_and_has_lost_no_events(case: Case) -> None:
    case.provider.check()

    assert list(case.provider.list_events(now() - timedelta(minutes=1))) == []
