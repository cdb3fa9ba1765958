"""The token that a request carries; whose it is, each authentication class finds out by itself."""

from rest_framework.authentication import get_authorization_header
from rest_framework.request import Request


def bearer_token(request: Request) -> str | None:
    """Return the token of ``Authorization: Bearer <token>``, None where the request carries none."""
    kind, _sep, value = get_authorization_header(request).decode("latin-1").partition(" ")
    return value.strip() if kind.lower() == "bearer" and value else None
