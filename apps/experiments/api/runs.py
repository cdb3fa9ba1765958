"""Runs of a workspace."""

import io
import zipfile
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.filters import SearchFilter
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.compute.services import waiting_reason
from apps.core.api.idempotency import Idempotent
from apps.core.api.parsers import OrjsonParser
from apps.core.errors import InvalidInput
from apps.experiments import services
from apps.experiments.api.bodies import TakesCode, body_of
from apps.experiments.api.one_run import OneRunAPI
from apps.experiments.api.serializers import (
    CancelSerializer,
    EditRunSerializer,
    RunDetailSerializer,
    RunSerializer,
    SubmitSerializer,
)
from apps.experiments.filters import RunAPIFilter
from apps.experiments.jobs.export import job_file_of
from apps.experiments.models import Run, Snapshot
from apps.experiments.states import RunStatus
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action

RELATED = ("experiment", "target", "submitted_by")


def shown(run_id: UUID, status: int = 200) -> Response:
    """Return a run as it is now. What waits says why as of this moment."""
    run = Run.objects.select_related(*RELATED, "workspace", "snapshot", "order__target__workspace").get(pk=run_id)
    if run.status == RunStatus.QUEUED and run.order is not None:
        run.status_reason = waiting_reason(run.order) or run.status_reason
    return Response(RunDetailSerializer(run).data, status=status)


class RunCollection(WorkspaceAPI, TakesCode, Idempotent, ListAPIView[Run]):
    """The runs of the workspace's people."""

    access = workspace_access(get=Action.RUNS_READ, post=Action.RUNS_WRITE)
    serializer_class = RunSerializer
    queryset = Run.objects.none()
    filter_backends = [DjangoFilterBackend, SearchFilter]
    filterset_class = RunAPIFilter
    search_fields = ("display_name", "name", "description")
    parser_classes = (OrjsonParser, MultiPartParser)

    def get_queryset(self) -> QuerySet[Run]:
        return Run.objects.filter(workspace=self.workspace).select_related(*RELATED).prefetch_related("tags")

    @extend_schema(
        request={
            "application/json": SubmitSerializer,
            "multipart/form-data": {
                "type": "object",
                "properties": {
                    "job": {"type": "string", "description": "The same as JSON."},
                    "code": {"type": "string", "format": "binary", "description": "A zip of the code folder."},
                },
                "required": ["job"],
            },
        },
        responses={201: RunDetailSerializer},
    )
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Submit a command. Its code comes as a zip in a form, or as a single script."""
        body = body_of(request, "job")
        data = body.get("job", {}) if "job" in body else body
        command = SubmitSerializer(data=data)
        command.is_valid(raise_exception=True)
        run = services.submit_command(
            actor=self.actor,
            workspace=self.workspace,
            job=command.to_job(),
            snapshot=self.sent_code() or _script(self.workspace, command.validated_data),
            experiment_name=command.validated_data["experiment_name"],
        )
        return shown(run.pk, 201)


class OneRun(OneRunAPI, GenericAPIView[Run]):
    """What views of one run share."""

    serializer_class = RunDetailSerializer
    queryset = Run.objects.none()


class RunItem(OneRun):
    """One run."""

    access = workspace_access(get=Action.RUNS_READ, patch=Action.RUNS_WRITE, delete=Action.RUNS_WRITE)

    def get(self, request: Request, name: str, run_id: UUID) -> Response:
        """Return the run with all that was submitted and all that happened."""
        return shown(self.run.pk)

    @extend_schema(request=EditRunSerializer)
    def patch(self, request: Request, name: str, run_id: UUID) -> Response:
        """Change display name, description or tags."""
        command = EditRunSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        services.edit_run(actor=self.actor, run=self.run, changes=command.validated_data)
        return shown(self.run.pk)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, run_id: UUID) -> Response:
        """Delete the run with its children, logs, metrics and files; 409 while it has not ended. It cannot be undone."""
        services.delete_run(actor=self.actor, run=self.run)
        return Response(status=204)


class CancelRun(OneRun):
    """The end before its time."""

    access = workspace_access(post=Action.RUNS_WRITE)

    @extend_schema(request=CancelSerializer, responses={202: RunDetailSerializer})
    def post(self, request: Request, name: str, run_id: UUID) -> Response:
        """Ask for the end of the run and of its children. Where it has ended, nothing happens."""
        command = CancelSerializer(data=request.data or {})
        command.is_valid(raise_exception=True)
        services.cancel_run(actor=self.actor, run=self.run, reason=command.validated_data.get("reason", ""))
        return shown(self.run.pk, 202)


class RerunRun(OneRunAPI, Idempotent, GenericAPIView[Run]):
    """Once more."""

    access = workspace_access(post=Action.RUNS_WRITE)
    serializer_class = RunDetailSerializer
    queryset = Run.objects.none()

    @extend_schema(request=None, responses={201: RunDetailSerializer})
    def post(self, request: Request, name: str, run_id: UUID) -> Response:
        """Submit the run again exactly as it was: the same command, code, versions and limits."""
        return shown(services.rerun(actor=self.actor, run=self.run).pk, 201)


class ArchiveRun(OneRun):
    """The way into the archive."""

    access = workspace_access(post=Action.RUNS_WRITE)

    @extend_schema(request=None)
    def post(self, request: Request, name: str, run_id: UUID) -> Response:
        """Archive the run: lists no longer show it unless asked."""
        services.archive_run(actor=self.actor, run=self.run)
        return shown(self.run.pk)


class RestoreRun(OneRun):
    """The way out of the archive."""

    access = workspace_access(post=Action.RUNS_WRITE)

    @extend_schema(request=None)
    def post(self, request: Request, name: str, run_id: UUID) -> Response:
        """Take the run out of the archive."""
        services.restore_run(actor=self.actor, run=self.run)
        return shown(self.run.pk)


class ChildCollection(OneRunAPI, ListAPIView[Run]):
    """The runs within a run."""

    access = workspace_access(get=Action.RUNS_READ)
    serializer_class = RunSerializer
    queryset = Run.objects.none()
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Run]:
        rows = Run.objects.filter(parent=self.run, deleted_at=None)
        return rows.select_related(*RELATED).prefetch_related("tags")


class RunJobFile(OneRun):
    """The run as a job file."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(responses={(200, "application/yaml"): OpenApiTypes.STR})
    def get(self, request: Request, name: str, run_id: UUID) -> HttpResponse:
        """Return the YAML that would submit the run again, as Azure ML v2 writes it."""
        if self.run.config.get("command") is None:
            raise InvalidInput({"run": [_("Only runs of a command can be written as a job file.")]})
        run = Run.objects.select_related("experiment", "snapshot").get(pk=self.run.pk)
        headers = {"Content-Disposition": f'attachment; filename="{run.name}.yml"'}
        return HttpResponse(job_file_of(run), content_type="application/yaml; charset=utf-8", headers=headers)


def _script(workspace: Workspace, data: dict[str, Any]) -> Snapshot | None:
    """Keep a script that came in place of a zip."""
    if not data["script"].strip():
        return None
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(data["script_name"], data["script"])
    packed.seek(0)
    return services.store_snapshot(workspace, packed)
