"""The fault switches at /_faults, for tests; mounted only when the settings ask for faults.

The gate lets nobody but this machine in, whatever the settings say.
"""

from fastapi import APIRouter

from portal.crm.faults import Fault
from portal.crm.office import InOffice

router = APIRouter(prefix="/_faults", include_in_schema=False)


@router.post("", status_code=201)
def add_fault(office: InOffice, fault: Fault) -> list[Fault]:
    """Add a fault behind those in force."""
    office.faults.add(fault)
    return office.faults.waiting()


@router.get("")
def list_faults(office: InOffice) -> list[Fault]:
    """List what is still to strike."""
    return office.faults.waiting()


@router.delete("")
def lift_faults(office: InOffice) -> list[Fault]:
    """Let everything go right again."""
    office.faults.lift()
    return []
