"""The houses and neighbours of the tests that drive shipped forms over HTTP."""

from tests.support.portal_fixtures import databases, neighbours

__all__ = ["databases", "neighbours"]
