"""The graph of a pipeline run, and how far its steps are."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.experiments.api.one_run import OneRunAPI
from apps.pipelines.models import PipelineRun, Step
from apps.pipelines.services.shown import drawn, given_to, pipeline_of
from apps.pipelines.step_rows import SHOWN, rows_of
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

OVERLAP = timedelta(seconds=15)
"""What is written in a transaction becomes visible when it ends: so much of what was asked for before is told again."""


class OnePipelineAPI(OneRunAPI):
    """Mix into API views of a pipeline run; put it first. Sets ``self.pipeline``."""

    pipeline: PipelineRun

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the run, and that it is one of a pipeline."""
        super().initial(request, *args, **kwargs)
        pipeline = pipeline_of(self.run)
        if pipeline is None:
            raise Http404
        self.pipeline = pipeline


class RunGraph(OnePipelineAPI, APIView):
    """What a pipeline run is drawn as."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return nodes and edges. They never change, so this is asked once."""
        return Response(drawn(*given_to(self.pipeline), self.workspace.name))


class RunSteps(OnePipelineAPI, APIView):
    """How far the steps of a pipeline run are."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(
        parameters=[
            OpenApiParameter("since", str, description="The cursor of an answer of before: only what changed.")
        ],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return all steps, or with ``since`` those that changed after that answer; some may be told again."""
        cursor, is_over = timezone.now(), self.run.is_over  # before the steps are read, so that no change falls between
        steps = Step.objects.filter(pipeline=self.pipeline).select_related("run__target")
        since = _since(request)
        if since is not None:
            after = since - OVERLAP
            steps = steps.filter(Q(updated_at__gt=after) | Q(run__updated_at__gt=after))
        rows = rows_of(steps.only(*SHOWN).order_by("number"), self.workspace.name)
        return Response({"cursor": cursor.isoformat(), "is_over": is_over, "steps": rows})


def _since(request: Request) -> datetime | None:
    """Return the moment of a cursor; None where there is none, or what is given is none: then all is told."""
    try:
        found = parse_datetime(request.query_params.get("since", ""))
    except ValueError:  # a well-formed time that does not exist
        return None
    return found if found is not None and timezone.is_aware(found) else None
