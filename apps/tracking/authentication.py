"""How a run's own code is known: by the token that its runner gave it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.compute import tokens
from apps.compute.models import WorkOrder
from apps.compute.services import find_order
from apps.core.api.bearer import bearer_token
from apps.experiments.ingestion.callers import RUN_TOKEN_OUTLIVES, is_over


@dataclass(frozen=True)
class RunsCode:
    """Stands where a request has its user: the code of one run. It opens nothing but that run."""

    order: WorkOrder
    is_authenticated: bool = True
    is_active: bool = True
    is_administrator: bool = False


class RunTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer <token of a run>``, until a little after its work has ended."""

    def authenticate(self, request: Request) -> tuple[RunsCode, WorkOrder] | None:
        value = bearer_token(request) or ""
        ticket = tokens.read(value)
        if ticket is None or ticket.kind != "run":
            return None
        order = find_order(value, "run")
        if order is None or is_over(order, RUN_TOKEN_OUTLIVES):
            raise AuthenticationFailed(_("The run of this token has ended, or begun again with another one."))
        return RunsCode(order), order

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="run"'
