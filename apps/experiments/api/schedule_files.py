"""Schedule files as Azure ML v2 writes them."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.core.api.parsers import OrjsonParser
from apps.experiments.api.bodies import TakesCode, body_of
from apps.experiments.api.serializers import JobFileSerializer
from apps.experiments.hooks import JobFile
from apps.experiments.scheduling.file import read_schedule_file
from apps.experiments.scheduling.submitting import SentFile, apply_file
from apps.schedules.api.serializers import ScheduleSerializer
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action

LONGEST_FILE = 256 * 1024
FORM = {
    "type": "object",
    "properties": {
        "schedule": {"type": "string", "description": "The YAML."},
        "schedule_set": {"type": "string", "description": "As JSON: changes to it, such as `trigger.interval=2`."},
        "job": {"type": "string", "description": "The job file that it names, where it names one."},
        "files": {"type": "string", "description": "As JSON: texts of the files the job refers to, by their paths."},
        "set": {"type": "string", "description": "As JSON: changes to the job."},
        "properties": {"type": "string", "description": "As JSON: such as the state of the code's git repository."},
        "code": {"type": "string", "format": "binary", "description": "A zip of the job's code folder."},
        "codes": {"type": "string", "description": "As JSON, as with job files."},
        "uploads": {"type": "string", "description": "As JSON, as with job files."},
    },
    "required": ["schedule"],
}


class ScheduleFileSerializer(JobFileSerializer):
    """A schedule file, and what came with it."""

    schedule = serializers.CharField(max_length=LONGEST_FILE, trim_whitespace=False)
    schedule_set = serializers.ListField(child=serializers.CharField(max_length=30_000), required=False, default=list)
    job = serializers.CharField(
        max_length=LONGEST_FILE, trim_whitespace=False, required=False, default="", allow_blank=True
    )


class CheckedScheduleSerializer(serializers.Serializer[Any]):
    """How a schedule file would be understood. `path`: the job file to send, relative to it. `text`: a job that stands in it.
    `set`: changes that it makes to the job, which go with the job's own."""

    name = serializers.CharField()
    path = serializers.CharField()
    text = serializers.CharField()
    reference = serializers.CharField()
    set = serializers.ListField(child=serializers.CharField())


class CheckScheduleFile(WorkspaceAPI, APIView):
    """Reads schedule files without making anything."""

    access = workspace_access(post=Action.SCHEDULES_WRITE)

    @extend_schema(request=ScheduleFileSerializer, responses=CheckedScheduleSerializer)
    def post(self, request: Request, name: str) -> Response:
        """Say which job file must be sent with a schedule file, and with which changes it would be submitted."""
        data = _read(request)
        read = read_schedule_file(data["schedule"], timezone.now(), tuple(data["schedule_set"]))
        answer = {
            "name": read.name,
            "path": read.path,
            "text": read.text,
            "reference": read.reference,
            "set": read.settings,
        }
        return Response(CheckedScheduleSerializer(answer).data)


class ScheduleFiles(WorkspaceAPI, TakesCode, Idempotent, APIView):
    """Takes schedule files."""

    access = workspace_access(post=Action.SCHEDULES_WRITE)
    parser_classes = (OrjsonParser, MultiPartParser)

    @extend_schema(
        request={"application/json": ScheduleFileSerializer, "multipart/form-data": FORM},
        responses={200: ScheduleSerializer, 201: ScheduleSerializer},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make the schedule that a file describes, or change the one of its name to be what the file says."""
        data = _read(request)
        job = JobFile(
            data["job"],
            data["files"],
            tuple(data["set"]),
            self.sent_code(),
            data["properties"],
            {key: str(code) for key, code in data["codes"].items()},
            data["uploads"],
        )
        sent = SentFile(data["schedule"], tuple(data["schedule_set"]), job)
        schedule, is_new = apply_file(actor=self.actor, workspace=self.workspace, sent=sent)
        return Response(ScheduleSerializer(schedule).data, status=201 if is_new else 200)


def _read(request: Request) -> dict[str, Any]:
    command = ScheduleFileSerializer(
        data=body_of(request, "schedule_set", "files", "set", "properties", "codes", "uploads")
    )
    command.is_valid(raise_exception=True)
    data: dict[str, Any] = command.validated_data
    return data
