"""One call of the API: who calls, what they ask, and the answer kept under their key.

Idempotency is as documented (https://docs.stripe.com/api/idempotent_requests): the first answer
is repeated for 24 hours, a 500 included; a call whose parameters were wrong keeps nothing.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from portal.sandbox.bracket_form import Form, read_form
from portal.sandbox.delivery import Courier
from portal.sandbox.errors import ApiError, Conflict, InvalidRequest
from portal.sandbox.expanding import expand, present
from portal.sandbox.faults import NextResponse, Wire
from portal.sandbox.objects import Json
from portal.sandbox.parameters import array, text
from portal.sandbox.passing_time import let_time_pass
from portal.sandbox.records import Kept, Records, new_id
from portal.sandbox.settings import API_VERSION, SandboxSettings
from portal.sandbox.store import Store

_LARGEST_BODY = 256 * 1024
_LONGEST_KEY = 255
_EXPAND = array(text(200), at_most=20)


@dataclass(frozen=True, slots=True)
class House:
    """What every route shares."""

    settings: SandboxSettings
    store: Store
    courier: Courier


Deed = Callable[[Records, Form], Json]
"""Reads the parameters and does (or looks up) one thing."""


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated call, read but not yet checked."""

    house: House
    request_id: str
    method: str
    path: str
    form: Form
    public_url: str
    key: str | None

    def look(self, deed: Deed) -> Response:
        """Answer a GET."""
        with self.house.store.transaction() as records:
            let_time_pass(records)
            answer = self._answer(records, deed)
        return self._reply(200, json.dumps(answer, indent=2))

    def act(self, deed: Deed) -> Response:
        """Answer a POST, once per idempotency key."""
        if self.key is None:
            with self.house.store.transaction() as records:
                body = self._perform(records, deed)
            self.house.courier.wake()
            return self._reply(200, body)
        kept = self._reserve(self.key)
        if kept is not None:
            return self._replay(kept)
        return self._run_once(self.key, deed)

    def _perform(self, records: Records, deed: Deed) -> str:
        let_time_pass(records)
        records.request = {"id": self.request_id, "idempotency_key": self.key}
        return json.dumps(self._answer(records, deed), indent=2)

    def _answer(self, records: Records, deed: Deed) -> Json:
        form = dict(self.form)
        paths: list[str] = _EXPAND(form.pop("expand"), "expand") if "expand" in form else []
        answer = deed(records, form)
        if answer["object"] == "list":
            answer["data"] = [present(records, item) for item in answer["data"]]
        return expand(records, present(records, answer), paths)

    def _reserve(self, key: str) -> Kept | None:
        """Take the key, or answer what it already stands for."""
        call, digest = f"{self.method} {self.path}", _digest(self.form)
        with self.house.store.transaction() as records:
            kept = records.kept(key)
            if kept is None:
                records.reserve(key, call=call, digest=digest, request_id=self.request_id)
                return None
        _check_same(key, kept, call=call, digest=digest)
        return kept

    def _run_once(self, key: str, deed: Deed) -> Response:
        status = 200
        try:
            self._meet_fault()
            with self.house.store.transaction() as records:
                body = self._perform(records, deed)
                records.keep(key, status=status, body=body)
        except ApiError as refusal:
            if isinstance(refusal, InvalidRequest):
                self._release(key)
                raise
            status, body = refusal.status, json.dumps(refusal.body(), indent=2)
            with self.house.store.transaction() as records:
                records.keep(key, status=status, body=body)
        except BaseException:
            self._release(key)
            raise
        self.house.courier.wake()
        return self._reply(status, body)

    def _release(self, key: str) -> None:
        """Give the key back: nothing ran, so the next call may."""
        with self.house.store.transaction() as records:
            records.release(key)

    def _meet_fault(self) -> None:
        """Meet the faults that strike while the key is held."""
        with self.house.store.transaction() as records:
            faults = records.faults()
            fault: NextResponse | None = faults.strikes(self.method, self.path)
            if fault is None or fault.action not in {Wire.SLOW, Wire.STORED_500}:
                return
            records.set_faults(faults.spent())
        if fault.action is Wire.STORED_500:
            raise ApiError("An unknown error occurred", status=500, type_="api_error")
        time.sleep(fault.seconds)

    def _replay(self, kept: Kept) -> Response:
        reply = self._reply(kept.status or 500, kept.body or "")
        reply.headers["Idempotent-Replayed"] = "true"
        reply.headers["Original-Request"] = kept.request_id
        return reply

    def _reply(self, status: int, body: str) -> Response:
        headers = {"Request-Id": self.request_id, "Stripe-Version": API_VERSION}
        if self.key is not None:
            headers["Idempotency-Key"] = self.key
        return Response(body, status, headers, media_type="application/json")


def _digest(form: Form) -> str:
    return hashlib.sha256(json.dumps(form, sort_keys=True).encode()).hexdigest()


def _check_same(key: str, kept: Kept, *, call: str, digest: str) -> None:
    """Refuse a key that stands for another call, or for one still running."""
    if kept.call != call or kept.digest != digest:
        what = "endpoint" if kept.call != call else "parameters"
        message = (
            f"Keys for idempotent requests can only be used with the same {what} they were first "
            f"used with. Try using a key other than '{key}' if you meant to execute a different "
            "request."
        )
        raise Conflict(message, type_="idempotency_error")
    if kept.status is None:
        raise Conflict(
            "There is currently another in-progress request using this Idempotent Key. "
            "Please try again later.",
            status=409,
            type_="idempotency_error",
            code="idempotency_key_in_use",
        )


async def read_call(request: Request) -> Call:
    """Authenticate and read a call; the only asynchronous step, as the body must be awaited.

    Raises:
        ApiError: no key, a wrong key (401), or a body that cannot be read.
    """
    house: House = request.app.state.house
    # Every answer carries it, a refusal of the key included.
    request.state.request_id = new_id("req_", 14)
    _authenticate(request.headers.get("authorization", ""), house.settings.api_key)
    key = request.headers.get("idempotency-key") if request.method == "POST" else None
    if key is not None and not 0 < len(key) <= _LONGEST_KEY:
        raise InvalidRequest(f"Idempotency keys may have 1 to {_LONGEST_KEY} characters.")
    encoded = request.url.query if request.method == "GET" else await _read_body(request)
    return Call(
        house=house,
        request_id=request.state.request_id,
        method=request.method,
        path=request.url.path,
        form=read_form(encoded),
        public_url=house.settings.public_url or str(request.base_url),
        key=key,
    )


async def _read_body(request: Request) -> str:
    body = await request.body()
    if len(body) > _LARGEST_BODY:
        raise InvalidRequest("The request is too large.", status=413)
    kind = request.headers.get("content-type", "application/x-www-form-urlencoded")
    if not kind.startswith("application/x-www-form-urlencoded"):
        raise InvalidRequest("Send the parameters as application/x-www-form-urlencoded.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest("The parameters are not UTF-8.") from error


def _authenticate(header: str, expected: str) -> None:
    """Accept the key as Bearer token or as Basic user name."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "basic":
        given = _basic_user(given)
    if hmac.compare_digest(given.strip().encode(), expected.encode()):
        return
    message = (
        "Invalid API Key provided: sk_test_***" if given else "You did not provide an API key."
    )
    raise ApiError(message, status=401)


def _basic_user(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
