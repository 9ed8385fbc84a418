import time
from datetime import timedelta

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cases.calling import Caller, Outgoing, quote_reply, retry_after, safe_address
from portal.cases.circuit import Circuit
from portal.core.errors import CrmRefused, CrmUnavailable, UnsafeSettings
from tests.cases.odd_server import Answer, odd_server

ASK = Outgoing(doing="asking", method="GET", path="/cases")


def caller(url: str, **options: object) -> Caller:
    return Caller(url, headers={"Authorization": "Bearer t0ken"}, **options)  # pyright: ignore[reportArgumentType]


def test_a_json_answer_is_given_back_and_the_token_is_sent():
    with odd_server(Answer(b'{"a": [1]}')) as server:
        reply = caller(server.url).call(ASK)

    assert (reply.status, reply.body) == (200, {"a": [1]})
    assert b"authorization: bearer t0ken" in server.requests[0].lower()


def test_an_empty_answer_is_nothing_rather_than_an_error():
    with odd_server(Answer(b"", status=204)) as server:
        assert caller(server.url).call(ASK).body is None


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 599])
def test_an_unwell_crm_is_tried_again_later(status: int):
    with (
        odd_server(Answer(status=status)) as server,
        pytest.raises(CrmUnavailable, match=str(status)),
    ):
        caller(server.url).call(ASK)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410, 422])
def test_a_refusal_is_for_a_person_and_quotes_the_crm_only_in_a_note(status: int):
    with (
        odd_server(Answer(b'{"email": "sian@example.org is wrong"}', status)) as server,
        pytest.raises(CrmRefused) as refused,
    ):
        caller(server.url).call(ASK)

    assert "sian" not in str(refused.value)
    assert "sian@example.org is wrong" in refused.value.__notes__[0]


def test_a_redirect_is_never_followed():
    with odd_server(Answer(b'{"stolen": true}')) as other:
        elsewhere = Answer(status=302, headers={"location": other.url + "/x"})
        with odd_server(elsewhere) as server, pytest.raises(CrmRefused, match="302"):
            caller(server.url).call(ASK)

    assert other.requests == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n<html>ok!",
        b'HTTP/1.1 201 OK\r\ncontent-length: 5\r\n\r\n{"a":',
        b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n\xff\xfe\xfd\xfc",
    ],
)
def test_an_answer_nobody_can_read_is_asked_for_again(raw: bytes):
    with odd_server(Answer(raw=raw)) as server, pytest.raises(CrmUnavailable):
        caller(server.url).call(ASK)


def test_json_nested_past_all_sense_is_an_answer_nobody_can_read():
    with odd_server(Answer(b"[" * 200_000)) as server, pytest.raises(CrmUnavailable):
        caller(server.url).call(ASK)


def test_an_answer_over_one_megabyte_is_not_read_to_its_end():
    with (
        odd_server(Answer(b'"' + b"x" * 2_000_000 + b'"')) as server,
        pytest.raises(CrmUnavailable, match="1 MB"),
    ):
        caller(server.url).call(ASK)


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\n" + b"x-slow: y\r\n" * 500,
        b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + b" " * 5000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 5000,
    ],
    ids=["headers", "body", "body without a length"],
)
def test_a_crm_that_sends_a_byte_at_a_time_is_cut_off_at_the_deadline(raw: bytes):
    ask = Outgoing(doing="asking", method="GET", path="/", total_seconds=0.5)
    with odd_server(Answer(raw=raw, pause=0.02)) as server:
        began = time.monotonic()
        with pytest.raises(CrmUnavailable):
            caller(server.url).call(ask)

    assert time.monotonic() - began < 3


def test_a_crm_that_is_not_there_is_tried_again_later():
    with odd_server(Answer()) as server:
        gone = server.url

    with pytest.raises(CrmUnavailable, match="did not answer"):
        caller(gone).call(ASK)


def test_the_wait_a_crm_asks_for_is_passed_on():
    with (
        odd_server(Answer(status=429, headers={"retry-after": "7"})) as server,
        pytest.raises(CrmUnavailable) as unwell,
    ):
        caller(server.url).call(ASK)

    assert unwell.value.after == timedelta(seconds=7)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "120"}, timedelta(minutes=2)),
        ({"retry-after": "99999999999999"}, timedelta(days=1)),
        ({}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "１２"}, None),
        (
            {
                "retry-after": "Tue, 24 Nov 2026 12:01:30 GMT",
                "date": "Tue, 24 Nov 2026 12:00:00 GMT",
            },
            timedelta(seconds=90),
        ),
        (
            {
                "retry-after": "Tue, 24 Nov 2026 11:00:00 GMT",
                "date": "Tue, 24 Nov 2026 12:00:00 GMT",
            },
            timedelta(),
        ),
        ({"retry-after": "Tue, 24 Nov 2026 12:01:30 GMT"}, None),
        (
            {"retry-after": "Tue, 24 Nov 2026 12:01:30", "date": "Tue, 24 Nov 2026 12:00:00 GMT"},
            None,
        ),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    headers: dict[str, str], wait: timedelta | None
):
    assert retry_after(headers) == wait


def test_the_mapping_may_say_what_a_status_means():
    with odd_server(Answer(status=403), Answer(status=409)) as server:
        calls = caller(
            server.url, unwell_statuses=frozenset({403}), refused_statuses=frozenset({409})
        )
        with pytest.raises(CrmUnavailable):
            calls.call(ASK)
        with pytest.raises(CrmRefused):
            calls.call(ASK)


def test_after_five_failures_nobody_knocks_for_half_a_minute_and_then_one_does():
    now = [0.0]
    with odd_server(*[Answer(status=500)] * 6, Answer()) as server:
        calls = caller(server.url, circuit=Circuit(lambda: now[0]))
        for _ in range(5):
            with pytest.raises(CrmUnavailable):
                calls.call(ASK)
        now[0] = 10.0
        with pytest.raises(CrmUnavailable, match="resting") as resting:
            calls.call(ASK)
        knocked_while_resting = len(server.requests)
        now[0] = 31.0
        with pytest.raises(CrmUnavailable, match="500"):
            calls.call(ASK)
        with pytest.raises(CrmUnavailable, match="resting"):
            calls.call(ASK)
        now[0] = 62.0
        calls.call(ASK)
        calls.call(ASK)

    assert resting.value.after == timedelta(seconds=20)
    assert knocked_while_resting == 5


def test_a_crm_that_refuses_is_alive_and_keeps_its_circuit_closed():
    with odd_server(Answer(status=422)) as server:
        calls = caller(server.url)
        for _ in range(8):
            with pytest.raises(CrmRefused):
                calls.call(ASK)

    assert len(server.requests) == 8


def test_when_a_crm_asks_for_patience_every_other_case_waits_too():
    now = [0.0]
    with odd_server(Answer(status=429, headers={"retry-after": "60"}), Answer()) as server:
        calls = caller(server.url, circuit=Circuit(lambda: now[0]))
        for _ in range(3):
            with pytest.raises(CrmUnavailable):
                calls.call(ASK)
        now[0] = 61.0
        calls.call(ASK)

    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example.gov.uk/api",
        "https://10.1.2.3",
        "http://127.0.0.1:8000/crm",
        "http://localhost:8002",
        "http://[::1]:8002/",
    ],
)
def test_a_crm_over_tls_or_on_this_machine_may_be_called(url: str):
    assert safe_address(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example.gov.uk",
        "ftp://crm.example.gov.uk",
        "file:///etc/passwd",
        "http://crm.example.gov.uk",
        "http://10.1.2.3",
        "https://user:pass@crm.example.gov.uk",
        "https://169.254.169.254/latest",
        "https://[::ffff:169.254.169.254]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://crm.example.gov.uk/?next=1",
        "https://crm.example.gov.uk/#x",
    ],
)
def test_an_unsafe_address_stops_the_start(url: str):
    with pytest.raises(UnsafeSettings, match="PORTAL_CRM_URL"):
        safe_address(url)


@given(st.binary(max_size=5000))
def test_the_crms_words_are_quoted_short_and_on_one_line(content: bytes):
    quoted = quote_reply(content)

    assert len(quoted) <= 500
    assert quoted == "" or quoted.isprintable()


def test_every_exception_httpx2_has_is_turned_into_ours():
    known = {httpx2.TransportError, httpx2.HTTPError, httpx2.InvalidURL}
    # Raised only by ways of reading a reply that we do not use.
    unused = {"StreamError", "CookieConflict", "HTTPStatusError", "SSEError"}
    left = [
        name
        for name, kind in vars(httpx2).items()
        if isinstance(kind, type)
        and issubclass(kind, Exception)
        and not issubclass(kind, tuple(known))
        and not any(base.__name__ in unused for base in kind.__mro__)
    ]

    assert left == []
