"""What a run logged that is no number."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.pagination import CursorPages
from apps.experiments.api.metrics import checked
from apps.experiments.api.one_run import OneRunAPI
from apps.experiments.models import RunRecord
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action


class RecordSerializer(serializers.ModelSerializer[RunRecord]):
    """A record. `value` as it was logged; `path` names the run's file with an image. `has_figure`: it can be drawn."""

    has_figure = serializers.SerializerMethodField()

    class Meta:
        model = RunRecord
        fields = ["id", "kind", "name", "step", "at_ms", "value", "path", "has_figure"]
        read_only_fields = fields

    def get_has_figure(self, record: RunRecord) -> bool:
        """Whether ``figure/`` has something to draw."""
        from apps.experiments.charts.records import can_be_drawn

        return can_be_drawn(record.kind, record.value)


class RecordPages(CursorPages):
    """In the order in which they were logged."""

    ordering = ("id", "name")


class RecordQuerySerializer(serializers.Serializer[Any]):
    """Which records."""

    kind = serializers.CharField(required=False, default="")
    name = serializers.CharField(required=False, default="")


class FigureQuerySerializer(serializers.Serializer[Any]):
    """Which view of a record."""

    view = serializers.CharField(required=False, default="")


class FigureViewSerializer(serializers.Serializer[Any]):
    """A way to look at a record."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # every field of DRF has a label of its own


class FigureSerializer(serializers.Serializer[Any]):
    """A figure for plotly.js. `views`: what else there is to see of this record."""

    figure = serializers.DictField()
    view = serializers.CharField()
    views = FigureViewSerializer(many=True)


class Records(OneRunAPI, ListAPIView[RunRecord]):
    """Images, tables, lists, texts and charts that a run logged."""

    access = workspace_access(get=Action.RUNS_READ)
    serializer_class = RecordSerializer
    pagination_class = RecordPages
    queryset = RunRecord.objects.none()
    filter_backends = ()

    def get_queryset(self) -> Any:
        query = checked(RecordQuerySerializer, self.request)
        found = RunRecord.objects.shown().filter(run=self.run)
        return found.filter(**{name: value for name, value in query.items() if value})

    @extend_schema(parameters=[RecordQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return records in the order in which they were logged."""
        return super().get(request, *args, **kwargs)


class RecordFigure(OneRunAPI, APIView):
    """A record as a chart."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[FigureQuerySerializer], responses=FigureSerializer)
    def get(self, request: Request, record_id: int, **kwargs: Any) -> Response:
        """Return the record as a figure: a confusion matrix, the curves of an accuracy table, a line over a table."""
        from apps.experiments.charts.records import draw

        record = RunRecord.objects.filter(run=self.run, pk=record_id).first()
        if record is None:
            raise Http404
        rows = RunRecord.objects.filter(run=self.run, kind=record.kind, name=record.name).order_by("id")
        drawn = draw(
            record.kind,
            record.name,
            list(rows.values_list("value", flat=True)),
            record.value,
            checked(FigureQuerySerializer, request)["view"],
        )
        return Response(drawn)
