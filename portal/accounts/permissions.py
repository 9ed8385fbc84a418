"""What each role may do: one table, and the rules over it. Pure."""

from collections.abc import Collection, Mapping
from enum import StrEnum


class Permission(StrEnum):
    """One thing that somebody may do."""

    READ_FORMS = "read-forms"
    WRITE_FORMS = "write-forms"
    PUBLISH_FORMS = "publish-forms"
    HELP_RESIDENTS = "help-residents"
    FILL_OFFICER_FORMS = "fill-officer-forms"
    SUPERVISE = "supervise"
    READ_STAFF = "read-staff"


class Role(StrEnum):
    """What somebody is at the council; a person may be several."""

    DESIGNER = "designer"
    PUBLISHER = "publisher"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


ABOUT: Mapping[Permission, str] = {
    Permission.READ_FORMS: "look at the workbench, try forms, see their history",
    Permission.WRITE_FORMS: "write draft definitions and ask for their publication",
    Permission.PUBLISH_FORMS: "publish what somebody else wrote, or send it back",
    Permission.HELP_RESIDENTS: "help residents: see what appointments are booked",
    Permission.FILL_OFFICER_FORMS: "fill in the forms that are for officers only",
    Permission.SUPERVISE: "see what officers did (no page asks for it yet)",
    Permission.READ_STAFF: "see who may sign in, and as what",
}
"""In words, for people and for the documentation."""

ROLES: Mapping[Role, frozenset[Permission]] = {
    Role.DESIGNER: frozenset({Permission.READ_FORMS, Permission.WRITE_FORMS}),
    Role.PUBLISHER: frozenset({Permission.READ_FORMS, Permission.PUBLISH_FORMS}),
    Role.OFFICER: frozenset({Permission.HELP_RESIDENTS, Permission.FILL_OFFICER_FORMS}),
    Role.SUPERVISOR: frozenset(
        {Permission.HELP_RESIDENTS, Permission.FILL_OFFICER_FORMS, Permission.SUPERVISE}
    ),
    Role.ADMINISTRATOR: frozenset({Permission.READ_FORMS, Permission.READ_STAFF}),
}
"""The table. docs/operations.md shows it."""


def permissions_of(roles: Collection[Role]) -> frozenset[Permission]:
    """Everything that somebody with these roles may do."""
    return frozenset(permission for role in roles for permission in ROLES[role])


def may(roles: Collection[Role], permission: Permission) -> bool:
    """Whether any of the roles has the permission."""
    return any(permission in ROLES[role] for role in roles)
