"""The client whose request is being answered, for the audit log."""

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

from apps.core.client import address_of

_address: ContextVar[str | None] = ContextVar("client_address", default=None)


def client_address() -> str | None:
    """Return the address of the client whose request is being answered; None outside of requests."""
    return _address.get()


class ClientAddressMiddleware:
    """Make the client's address known to everything that runs for its request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _address.set(address_of(request))
        try:
            return self.get_response(request)
        finally:
            _address.reset(token)
