"""People in front of pages and API, and files on their way."""

from tests.workspaces.conftest import api_of, browser_of

__all__ = ["api_of", "browser_of"]
