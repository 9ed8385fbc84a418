"""For machines that watch over the portal."""

import secrets
from ipaddress import ip_address

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from portal.doctor import Finding
from portal.observing import CONTENT_TYPE
from portal.settings import Settings
from portal.web.dependencies import InHouse

router = APIRouter(include_in_schema=False)

# Not among the threads that answer residents: when those all wait, these still answer.
_threads = CapacityLimiter(4)


@router.get("/healthz")
async def alive() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def ready(house: InHouse) -> Response:
    """What the portal cannot do without answers too. Names only: no details for strangers."""
    findings = await to_thread.run_sync(house.readiness.check, limiter=_threads)
    return JSONResponse(
        {
            "status": "ok" if _all_well(findings) else "not ready",
            "checks": {finding.name: "ok" if finding.is_well else "failed" for finding in findings},
        },
        status_code=200 if _all_well(findings) else 503,
    )


@router.get("/metrics")
async def metrics(request: Request, house: InHouse) -> Response:
    """What is counted, for Prometheus: for who bears the token, or this machine itself."""
    if not _may_see_metrics(request, house.settings):
        said = "Set PORTAL_METRICS_TOKEN and bear it, or ask from this machine.\n"
        return PlainTextResponse(said, status_code=401, headers={"www-authenticate": "Bearer"})
    text = await to_thread.run_sync(house.observer.text, house, limiter=_threads)
    return Response(text, media_type=CONTENT_TYPE)


_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def _may_see_metrics(request: Request, settings: Settings) -> bool:
    """Whether the token is borne; without one, whether this machine asks, and no proxy."""
    token = settings.metrics_token.get_secret_value()
    if token:
        borne = request.headers.get("authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(borne.encode(), token.encode())
    peer = request.client.host if request.client else ""
    is_proxied = any(name in request.headers for name in _FORWARDED)
    return not is_proxied and peer != settings.trusted_proxy and _is_loopback(peer)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _all_well(findings: list[Finding]) -> bool:
    return all(finding.is_well for finding in findings)
