"""Code that is sent before what will use it: a job of several folders, a component."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.parsers import OrjsonParser
from apps.core.errors import InvalidInput
from apps.experiments.api.bodies import TakesCode
from apps.experiments.api.serializers import SnapshotSerializer
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action

FORM = {
    "type": "object",
    "properties": {"code": {"type": "string", "format": "binary", "description": "A zip of the code folder."}},
    "required": ["code"],
}


class SnapshotCollection(WorkspaceAPI, TakesCode, APIView):
    """Takes code."""

    access = workspace_access(post=Action.RUNS_WRITE)
    parser_classes = (OrjsonParser, MultiPartParser)  # of JSON it is said what is missing

    @extend_schema(request={"multipart/form-data": FORM}, responses={201: SnapshotSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Keep code for some hours, until something uses it. Code that is there already is the code that is there."""
        snapshot = self.sent_code()
        if snapshot is None:
            raise InvalidInput({"code": [_("Send a zip of the code folder.")]})
        return Response(SnapshotSerializer(snapshot).data, status=201)
