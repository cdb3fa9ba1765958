"""Job files as Azure ML v2 writes them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.core.api.parsers import OrjsonParser
from apps.experiments import services
from apps.experiments.api.bodies import TakesCode, body_of
from apps.experiments.api.runs import shown
from apps.experiments.api.serializers import CheckedJobSerializer, JobFileSerializer, RunDetailSerializer
from apps.experiments.hooks import JobFile
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action

FORM = {
    "type": "object",
    "properties": {
        "job": {"type": "string", "description": "The YAML."},
        "files": {"type": "string", "description": "As JSON: texts of the files it refers to, by their paths."},
        "set": {"type": "string", "description": "As JSON: changes such as `limits.timeout=60`."},
        "properties": {"type": "string", "description": "As JSON: such as the state of the code's git repository."},
        "code": {"type": "string", "format": "binary", "description": "A zip of the code folder."},
        "codes": {
            "type": "string",
            "description": "As JSON: ids of snapshots that were sent before, by the keys of the check.",
        },
        "uploads": {
            "type": "string",
            "description": "As JSON: datasets that local data was uploaded as, by its paths.",
        },
    },
    "required": ["job"],
}


class JobFiles(WorkspaceAPI, TakesCode, Idempotent, APIView):
    """Takes job files."""

    access = workspace_access(post=Action.RUNS_WRITE)
    parser_classes = (OrjsonParser, MultiPartParser)

    @extend_schema(
        request={"application/json": JobFileSerializer, "multipart/form-data": FORM},
        responses={201: RunDetailSerializer},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Submit a job. What was read differently from how it was written stands among the run's warnings."""
        data = _read(request)
        run = services.submit_file(
            actor=self.actor,
            workspace=self.workspace,
            text=data["job"],
            snapshot=self.sent_code(),
            texts=data["files"],
            settings=tuple(data["set"]),
            properties=data["properties"],
            codes={key: str(code) for key, code in data["codes"].items()},
            uploads=data["uploads"],
        )
        return shown(run.pk, 201)


class CheckJobFile(WorkspaceAPI, APIView):
    """Reads job files without submitting them."""

    access = workspace_access(post=Action.RUNS_WRITE)

    @extend_schema(request=JobFileSerializer, responses=CheckedJobSerializer)
    def post(self, request: Request, name: str) -> Response:
        """Say what must be sent with a job file, and what would be read differently from how it is written.

        A file that it refers to may refer to others: ask again with what was needed, until nothing is new.
        """
        data = _read(request)
        checked = services.check_file(self.workspace, JobFile(data["job"], data["files"], tuple(data["set"])))
        return Response(CheckedJobSerializer(checked).data)


def _read(request: Request) -> dict[str, Any]:
    command = JobFileSerializer(data=body_of(request, "files", "set", "properties", "codes", "uploads"))
    command.is_valid(raise_exception=True)
    data: dict[str, Any] = command.validated_data
    return data
