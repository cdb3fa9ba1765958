"""How the API knows a program that calls a pipeline endpoint: by one of the endpoint's keys."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.core import keys
from apps.core.api.bearer import bearer_token
from apps.pipelines.models import PipelineEndpoint
from apps.pipelines.services.endpoints import PREFIX


@dataclass(frozen=True)
class KeyHolder:
    """Stands where a request has its user: whoever holds a key of an endpoint. It is nobody's account and opens nothing else.

    ``key``: which of the two.
    """

    endpoint: PipelineEndpoint
    key: str
    is_authenticated: bool = True
    is_active: bool = True
    is_administrator: bool = False

    @property
    def caller(self) -> str:
        """What its requests are known by where they are repeated."""
        return f"pipeline-endpoint:{self.endpoint.pk}"


class EndpointKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer <key of the endpoint in the address>``"""

    def authenticate(self, request: Request) -> tuple[KeyHolder, str] | None:
        value = bearer_token(request) or ""
        if not value.startswith(f"{PREFIX}_"):
            return None
        address: dict[str, Any] = request.parser_context["kwargs"]
        rows = PipelineEndpoint.objects.filter(pk=address["pipeline_endpoint_id"], workspace__deleted_at=None)
        endpoint = rows.filter(workspace__name__iexact=address["name"]).select_related("workspace", "default").first()
        key = keys.opened_by(endpoint, value) if endpoint is not None else ""
        if endpoint is None or not key:
            raise AuthenticationFailed(_("This key opens no such endpoint. It may have been replaced."))
        return KeyHolder(endpoint, key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="pipeline endpoint"'


class EndpointKeyScheme(OpenApiAuthenticationExtension):
    """Names the scheme in the schema."""

    target_class = EndpointKeyAuthentication
    name = "pipelineEndpointKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer", "description": "One of the keys of a pipeline endpoint."}
