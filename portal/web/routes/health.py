"""For machines that watch over the portal."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from portal.doctor import Finding, check_readiness
from portal.web.dependencies import InHouse

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def ready(house: InHouse) -> Response:
    """What the portal cannot do without answers too. Names only: no details for strangers."""
    findings = check_readiness(house)
    return JSONResponse(
        {
            "status": "ok" if _all_well(findings) else "not ready",
            "checks": {finding.name: "ok" if finding.is_well else "failed" for finding in findings},
        },
        status_code=200 if _all_well(findings) else 503,
    )


def _all_well(findings: list[Finding]) -> bool:
    return all(finding.is_well for finding in findings)
