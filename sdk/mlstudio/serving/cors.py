"""What browsers ask before they send a page of another site's request here, and what they want to read in the answer."""

from __future__ import annotations

from mlstudio.serving.http import Request

METHODS = "GET, POST"
FOR_S = 600


class Cors:
    """The rights of other sites.

    Args: origins: such as ``https://a.example, https://b.example``; ``*`` is every site, "" none.
    """

    def __init__(self, origins: str) -> None:
        self._origins = {each.strip().rstrip("/") for each in origins.split(",") if each.strip()}

    def headers(self, request: Request) -> list[tuple[str, str]]:
        """Return what lets the page that asks read the answer; nothing for pages of other sites than those allowed."""
        origin = request.headers.get("origin")
        if not self._origins or origin is None:
            return []
        if "*" in self._origins:
            return [("Access-Control-Allow-Origin", "*")]
        allowed = [("Access-Control-Allow-Origin", origin)] if origin in self._origins else []
        return [*allowed, ("Vary", "Origin")]

    def is_preflight(self, request: Request) -> bool:
        """Return whether a browser asks only whether it may ask."""
        return (
            bool(self._origins)
            and request.method == "OPTIONS"
            and "origin" in request.headers
            and "access-control-request-method" in request.headers
        )

    def preflight(self, request: Request) -> list[tuple[str, str]]:
        """Return what it may ask, beside what :meth:`headers` says."""
        if "*" not in self._origins and request.headers["origin"] not in self._origins:
            return []
        wanted = request.headers.get("access-control-request-headers")
        headers = [("Access-Control-Allow-Methods", METHODS), ("Access-Control-Max-Age", str(FOR_S))]
        return [*headers, ("Access-Control-Allow-Headers", wanted)] if wanted else headers
