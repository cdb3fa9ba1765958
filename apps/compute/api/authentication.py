"""How the API knows a machine: by its agent's token; and a runner: by the token of its work."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.compute import services
from apps.compute.models import Agent, WorkOrder
from apps.core.api.bearer import bearer_token


@dataclass(frozen=True)
class Machine:
    """Stands where a request has its user. It is nobody's account and opens nothing but its own routes."""

    agent: Agent
    is_authenticated: bool = True
    is_active: bool = True
    is_administrator: bool = False


class AgentAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token of an agent>``"""

    def authenticate(self, request: Request) -> tuple[Machine, Agent] | None:
        value = bearer_token(request)
        if value is None:
            return None
        agent = services.find_agent(value)
        if agent is None:
            raise AuthenticationFailed(_("This token belongs to no machine of the studio."))
        return Machine(agent), agent

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="agent"'


@dataclass(frozen=True)
class Work:
    """Stands where a request has its user: the runner of one piece of work. It opens nothing but its own routes."""

    order: WorkOrder
    is_authenticated: bool = True
    is_active: bool = True
    is_administrator: bool = False


class WorkAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token of a work order>``; the order may have ended."""

    def authenticate(self, request: Request) -> tuple[Work, WorkOrder] | None:
        value = bearer_token(request)
        if value is None:
            return None
        order = services.find_order(value)
        if order is None:
            raise AuthenticationFailed(
                _("This token belongs to no work of the studio, or to an earlier attempt at it.")
            )
        return Work(order), order

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="work"'


class WorkAuthenticationScheme(OpenApiAuthenticationExtension):
    """Names the scheme in the schema."""

    target_class = WorkAuthentication
    name = "workToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "The token of one piece of work, held by its runner.",
        }


class AgentAuthenticationScheme(OpenApiAuthenticationExtension):
    """Names the scheme in the schema."""

    target_class = AgentAuthentication
    name = "agentToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer", "description": "The token of a machine's agent."}
