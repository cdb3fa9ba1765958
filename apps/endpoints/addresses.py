"""Where programs find endpoints."""

from urllib.parse import urlsplit

from django.conf import settings

from apps.endpoints.models import Endpoint
from studio.environment import is_localhost


def gateway_url() -> str:
    """Return the address of the gateway for programs, without a slash at its end.

    Where a proxy stands before the studio it passes these paths on to the gateway, under the studio's own address. Else the
    gateway has the port beside the studio's; names under ``localhost`` are not known to every program, but 127.0.0.1 is.
    """
    studio = settings.STUDIO
    parts = urlsplit(studio.url)
    if parts.scheme != "http" or parts.port != studio.port:
        return str(studio.url)
    host = "127.0.0.1" if is_localhost(studio.hostname) else studio.hostname
    return f"http://{host}:{studio.gateway_port}"


def base_url(endpoint: Endpoint) -> str:
    """Return what the addresses of an endpoint begin with; a slash at its end."""
    return f"{gateway_url()}/api/v1/endpoints/{endpoint.workspace.name}/{endpoint.name}/"


def scoring_url(endpoint: Endpoint) -> str:
    """Return where requests go."""
    return f"{base_url(endpoint)}score"


def swagger_url(endpoint: Endpoint) -> str:
    """Return where the OpenAPI document of an endpoint is."""
    return f"{base_url(endpoint)}swagger.json"
