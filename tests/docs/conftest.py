"""The neighbours of a portal that serves what the documentation has readers write."""

from tests.support.portal_fixtures import databases, neighbours

__all__ = ["databases", "neighbours"]
