"""Prepared databases of each kind."""

from tests.support.portal_fixtures import databases

__all__ = ["databases"]
