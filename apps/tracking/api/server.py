"""What clients ask about the server itself."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from apps.tracking.api.base import TrackingAPI
from apps.tracking.errors import Invalid
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

LIKE_MLFLOW = "3.1.0"
"""The version of MLflow's interface that this is like, as far as it goes."""


class ServerInfo(TrackingAPI):
    """``server-info``: none of what a server may have beside the interface itself."""

    access = workspace_access(get=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return which optional parts there are."""
        return Response({"store_type": "studio", "workspaces_enabled": False})


class Version(TrackingAPI):
    """``version``"""

    access = workspace_access(get=Action.RUNS_READ)

    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Return the version of the interface."""
        return HttpResponse(LIKE_MLFLOW, content_type="text/plain")


class NotSpoken(TrackingAPI):
    """All other calls."""

    access = workspace_access(get=Action.RUNS_READ, post=Action.RUNS_READ, put=Action.RUNS_READ, patch=Action.RUNS_READ)

    def get(self, request: Request, call: str, **kwargs: Any) -> Response:
        """Say that there is no such call."""
        raise Invalid(_("The studio does not know the call “%(call)s” of MLflow.") % {"call": call[:200]})

    post = put = patch = get
