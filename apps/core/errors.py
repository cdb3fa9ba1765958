"""Errors that speak. The user's fault is a ``UserError`` with a plain sentence; ours is a ``PlatformError`` with a reference.

Both become problem+json in the API and the same words on a page (``apps.core.middleware``, ``apps.core.api.problems``).
"""

import secrets
from http import HTTPStatus
from typing import Any, ClassVar

from django.utils.functional import Promise


class StudioError(Exception):
    """What all errors shown to people have in common: a stable code, an HTTP status and a sentence."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = HTTPStatus.BAD_REQUEST

    def __init__(self, message: str | Promise, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field

    def problem(self) -> dict[str, Any]:
        """Return the RFC 9457 problem document of this error."""
        document: dict[str, Any] = {
            "type": f"urn:studio:error:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": int(self.status),
            "code": self.code,
            "detail": str(self.message),
        }
        if self.field:
            document["errors"] = {self.field: [str(self.message)]}
        return document


class UserError(StudioError):
    """Something the user can put right; the message says how."""

    code = "user_error"


class NotAllowed(UserError):
    """A member asks for something their role does not include."""

    code = "not_allowed"
    status = HTTPStatus.FORBIDDEN


class NotFound(UserError):
    """There is no such thing, or the user may not know of it."""

    code = "not_found"
    status = HTTPStatus.NOT_FOUND


class Conflict(UserError):
    """The request does not fit the present state, such as a name that is taken."""

    code = "conflict"
    status = HTTPStatus.CONFLICT


class TooLarge(UserError):
    """The request is larger than what the studio takes at once."""

    code = "too_large"
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class InvalidInput(UserError):
    """One or more fields have values that cannot be used."""

    code = "invalid"

    def __init__(self, errors: dict[str, list[str]]) -> None:
        first = next(iter(errors.items()))
        super().__init__(first[1][0], field=first[0])
        self.errors = errors

    def problem(self) -> dict[str, Any]:
        return {**super().problem(), "errors": self.errors}


class PlatformError(StudioError):
    """Our own fault. The reference is in the log beside the cause, and in the page, so that both can be brought together."""

    code = "platform_error"
    status = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(self, message: str | Promise, *, reference: str | None = None) -> None:
        super().__init__(message)
        self.reference = reference or new_reference()

    def problem(self) -> dict[str, Any]:
        return {**super().problem(), "reference": self.reference}


def new_reference() -> str:
    """Return a short number for people to quote, such as ``E-9F2C41AB``."""
    return f"E-{secrets.token_hex(4).upper()}"
