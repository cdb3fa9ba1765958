"""Why a request was not answered by a model, in words, as problem+json."""

from http import HTTPStatus
from typing import Any

import orjson


class Refused(Exception):
    """The gateway answers by itself. ``retry_after``: seconds after which the same request may do better; 0 for never."""

    def __init__(self, status: int, code: str, detail: str, *, retry_after: int = 0) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after

    def body(self) -> bytes:
        """Return the problem document."""
        document: dict[str, Any] = {
            "type": f"urn:studio:error:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        return orjson.dumps(document)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers of the answer."""
        body_headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
        if self.retry_after:
            body_headers.append((b"retry-after", str(self.retry_after).encode()))
        if self.status == HTTPStatus.UNAUTHORIZED:
            body_headers.append((b"www-authenticate", b'Bearer realm="endpoint"'))
        return body_headers
