"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str | None:
    """Return the IP address a request comes from, or None where it has none, as over a unix socket.

    Behind a trusted proxy it is the last address of the header: the one the proxy itself has seen. Those before it are
    whatever the client wrote.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.STUDIO.trusted_proxy and (forwarded := request.headers.get("X-Forwarded-For")):
        address = forwarded.rpartition(",")[2]
    try:
        return str(ipaddress.ip_address(address.strip().partition("%")[0]))  # no database takes an interface's name
    except ValueError:
        return None
