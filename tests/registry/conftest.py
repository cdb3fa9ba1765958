"""People in front of pages and API."""

from tests.workspaces.conftest import api_of, browser_of

__all__ = ["api_of", "browser_of"]
