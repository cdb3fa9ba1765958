"""Schedules: make, change, switch, and look at their history."""

from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView, ListCreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.core.api.pagination import CursorPages
from apps.schedules import services
from apps.schedules.api.serializers import (
    CreateScheduleSerializer,
    EditScheduleSerializer,
    PreviewTriggerSerializer,
    ScheduleSerializer,
    ScheduleTickSerializer,
    TriggerPreviewSerializer,
)
from apps.schedules.filters import ScheduleAPIFilter, TickFilter
from apps.schedules.hooks import Changes, Taken
from apps.schedules.models import Schedule, Tick
from apps.schedules.reading import read_trigger
from apps.schedules.services import NewSchedule
from apps.schedules.text import describe
from apps.schedules.triggers import times_after
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action

SHOWN_TIMES = 5


class TakesSource(WorkspaceAPI):
    """Mix into views that take what a schedule starts; put it first."""

    def taken(self, starts: dict[str, Any]) -> Taken:
        """Freeze what a command names."""
        changes = dict(starts)
        kind, source = changes.pop("kind"), changes.pop("source")
        return services.take(self.workspace, self.actor, kind, source, Changes(**changes))


class ScheduleCollection(TakesSource, Idempotent, ListCreateAPIView[Schedule]):
    """The schedules of a workspace."""

    access = workspace_access(get=Action.SCHEDULES_READ, post=Action.SCHEDULES_WRITE)
    serializer_class = ScheduleSerializer
    queryset = Schedule.objects.none()
    filterset_class = ScheduleAPIFilter

    def get_queryset(self) -> QuerySet[Schedule]:
        rows = Schedule.objects.filter(workspace=self.workspace).select_related("workspace", "owner")
        return rows.defer("seen", "subject")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the schedules, newest first."""
        return self.list(request, *args, **kwargs)

    @extend_schema(request=CreateScheduleSerializer, responses={201: ScheduleSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a schedule that starts a run again, or a pipeline. Job files go to `schedule-files/`."""
        command = CreateScheduleSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        said = dict(command.validated_data)
        starts, is_enabled = said.pop("starts"), said.pop("enabled")
        taken = self.taken(starts)
        new = NewSchedule(taken=taken, is_enabled=is_enabled, **said)
        schedule = services.create_schedule(actor=self.actor, workspace=self.workspace, new=new)
        return Response(ScheduleSerializer(schedule).data, status=201)


class PreviewTrigger(WorkspaceAPI, APIView):
    """Looks at triggers."""

    access = workspace_access(post=Action.SCHEDULES_READ)

    @extend_schema(request=PreviewTriggerSerializer, responses=TriggerPreviewSerializer)
    def post(self, request: Request, name: str) -> Response:
        """Say what a trigger means, and when it would start something next, without making anything."""
        command = PreviewTriggerSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        now = timezone.now()
        trigger = read_trigger(command.validated_data["trigger"], now)
        answer = {"when": describe(trigger), "next": list(islice(times_after(trigger, now), SHOWN_TIMES))}
        return Response(TriggerPreviewSerializer(answer).data)


class OneScheduleAPI(TakesSource):
    """Mix into views of one schedule; put it first. Sets ``self.schedule``."""

    schedule: Schedule

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the schedule in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        self.schedule = services.get_schedule(self.workspace, kwargs["schedule_name"])


class ScheduleItem(OneScheduleAPI, GenericAPIView[Schedule]):
    """One schedule."""

    access = workspace_access(get=Action.SCHEDULES_READ, patch=Action.SCHEDULES_WRITE, delete=Action.SCHEDULES_WRITE)
    serializer_class = ScheduleSerializer
    queryset = Schedule.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the schedule."""
        return Response(ScheduleSerializer(self.schedule).data)

    @extend_schema(request=EditScheduleSerializer)
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Change the schedule. Who changes when, what or how it starts is the one in whose name it does so."""
        command = EditScheduleSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        changes = dict(command.validated_data)
        starts, taken = changes.pop("starts", None), None
        if starts is not None:
            taken = self.taken(starts)
        schedule = services.edit_schedule(actor=self.actor, schedule=self.schedule, changes=changes, taken=taken)
        return Response(ScheduleSerializer(schedule).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Delete the schedule with its history. What it started stays."""
        services.delete_schedule(actor=self.actor, schedule=self.schedule)
        return Response(status=204)


class ScheduleFile(OneScheduleAPI, APIView):
    """A schedule as a schedule file."""

    access = workspace_access(get=Action.SCHEDULES_READ)

    @extend_schema(responses={(200, "application/yaml"): OpenApiTypes.STR})
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        """Return the schedule as a file for Azure ML v2. What such a file cannot say is a 409."""
        headers = {
            "Content-Disposition": content_disposition_header(True, f"{self.schedule.name}.yml") or "attachment",
            "X-Content-Type-Options": "nosniff",
        }
        text = services.file_of(self.schedule)
        return HttpResponse(text, content_type="application/yaml; charset=utf-8", headers=headers)


class _Switch(OneScheduleAPI, GenericAPIView[Schedule]):
    access = workspace_access(post=Action.SCHEDULES_WRITE)
    serializer_class = ScheduleSerializer
    queryset = Schedule.objects.none()


class EnableSchedule(_Switch):
    """Resumes a schedule."""

    @extend_schema(request=None, responses=ScheduleSerializer)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Have it start things again. What passed meanwhile is not made up for."""
        return Response(ScheduleSerializer(services.resume_schedule(actor=self.actor, schedule=self.schedule)).data)


class DisableSchedule(_Switch):
    """Pauses a schedule."""

    @extend_schema(request=None, responses=ScheduleSerializer)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Have it start nothing until it is enabled."""
        return Response(ScheduleSerializer(services.pause_schedule(actor=self.actor, schedule=self.schedule)).data)


class RunSchedule(Idempotent, _Switch):
    """Starts what a schedule starts, once more."""

    @extend_schema(request=None, responses={202: ScheduleTickSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Have it start what it starts at once, whether or not it is enabled. What it started stands in the history."""
        tick = services.run_now(actor=self.actor, schedule=self.schedule)
        return Response(ScheduleTickSerializer(tick).data, status=202)


class TickPages(CursorPages):
    """Latest first; a schedule has each time once."""

    ordering = ("-at",)  # type: ignore[assignment] # a schedule has each time once


class ScheduleHistory(OneScheduleAPI, ListAPIView[Tick]):
    """The times of a schedule that have passed."""

    access = workspace_access(get=Action.SCHEDULES_READ)
    serializer_class = ScheduleTickSerializer
    queryset = Tick.objects.none()
    filterset_class = TickFilter
    pagination_class = TickPages

    def get_queryset(self) -> QuerySet[Tick]:
        return Tick.objects.filter(schedule=self.schedule)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return what it started, and what it did not and why, newest first."""
        return self.list(request, *args, **kwargs)
