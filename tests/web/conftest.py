"""The web over HTTP, on both databases, with its real neighbours."""

from tests.support.portal_fixtures import databases, neighbours, open_own, portal, shared_portal

__all__ = ["databases", "neighbours", "open_own", "portal", "shared_portal"]
