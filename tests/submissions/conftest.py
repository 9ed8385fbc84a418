"""Filling and sending, on both databases, with the real neighbours."""

from tests.support.portal_fixtures import databases, neighbours, open_own, portal, shared_portal

__all__ = ["databases", "neighbours", "open_own", "portal", "shared_portal"]
