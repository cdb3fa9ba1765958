"""Metrics of a run as JSON: what there is, series in buckets, and charts of them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.experiments.api.one_run import OneRunAPI
from apps.experiments.metrics.points import as_json
from apps.experiments.metrics.query import cursor_of
from apps.experiments.models import MetricSummary, Run
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

MOST_SERIES = 50
MOST_BUCKETS = 5000


class MetricQuerySerializer(serializers.Serializer[Any]):
    """What of the metrics is asked for."""

    q = serializers.CharField(required=False, default="", help_text="Part of the name, in any case of letters.")
    system = serializers.BooleanField(required=False, default=None, allow_null=True)
    after = serializers.CharField(required=False, default="", help_text="The `next` of the page before.")
    limit = serializers.IntegerField(required=False, default=500, min_value=1, max_value=5000)


class MetricSerializer(serializers.Serializer[Any]):
    """One series in short. Where a value is not finite it is null, and `last_text` says what it was."""

    name = serializers.CharField()
    is_system = serializers.BooleanField()
    count = serializers.IntegerField()
    last = serializers.FloatField(allow_null=True)
    last_text = serializers.CharField(allow_blank=True)
    last_step = serializers.IntegerField()
    last_at_ms = serializers.IntegerField()
    minimum = serializers.FloatField(allow_null=True)
    maximum = serializers.FloatField(allow_null=True)


class MetricPageSerializer(serializers.Serializer[Any]):
    """A page of metrics by name. News after `cursor` comes by the websocket."""

    cursor = serializers.IntegerField()
    items = MetricSerializer(many=True)
    next = serializers.CharField(allow_null=True)


class SeriesQuerySerializer(serializers.Serializer[Any]):
    """Which series, over what, and which part of them."""

    name = serializers.ListField(child=serializers.CharField(max_length=255), min_length=1, max_length=MOST_SERIES)
    x = serializers.ChoiceField(choices=["step", "time", "relative"], required=False, default="step")
    points = serializers.IntegerField(required=False, default=1000, min_value=1, max_value=MOST_BUCKETS)
    to = serializers.FloatField(required=False, default=None, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Add the field whose name is a word of Python."""
        return {**super().get_fields(), "from": serializers.FloatField(required=False, default=None, allow_null=True)}


class ChartQuerySerializer(SeriesQuerySerializer):
    """A chart of series."""

    y = serializers.ChoiceField(choices=["linear", "log"], required=False, default="linear")


class SeriesSerializer(serializers.Serializer[Any]):
    """One series in buckets, each with its last, least and largest value; NaN and the infinities are texts.

    `exact`: each bucket is one point. `count`: the points in view.
    """

    name = serializers.CharField()
    count = serializers.IntegerField()
    x = serializers.ListField(child=serializers.FloatField())
    last = serializers.ListField(child=serializers.FloatField())
    min = serializers.ListField(child=serializers.FloatField())
    max = serializers.ListField(child=serializers.FloatField())
    step = serializers.ListField(child=serializers.IntegerField())
    exact = serializers.BooleanField()


class SeriesAnswerSerializer(serializers.Serializer[Any]):
    """Series, and the cursor from which news begins. `origin_ms`: the Unix time at which relative time begins."""

    cursor = serializers.IntegerField()
    origin_ms = serializers.IntegerField()
    series = SeriesSerializer(many=True)


class ChartAnswerSerializer(SeriesAnswerSerializer):
    """A figure for plotly.js, and the series it draws."""

    figure = serializers.DictField()


class Metrics(OneRunAPI, APIView):
    """What a run has logged."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[MetricQuerySerializer], responses=MetricPageSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the metrics by name, with their last, least and largest values."""
        query = checked(MetricQuerySerializer, request)
        cursor = cursor_of(self.run.pk)
        found = MetricSummary.objects.filter(run=self.run, name__gt=query["after"]).order_by("name")
        if query["q"]:
            found = found.filter(name__icontains=query["q"])
        if query["system"] is not None:
            found = found.filter(is_system=query["system"])
        rows = list(found.values(*MetricSerializer().fields)[: query["limit"] + 1])
        items, more = rows[: query["limit"]], rows[query["limit"] :]
        return Response({"cursor": cursor, "items": items, "next": items[-1]["name"] if more else None})


class MetricSeries(OneRunAPI, APIView):
    """Series of a run."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[SeriesQuerySerializer], responses=SeriesAnswerSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return series in at most `points` buckets each; zooming in ends at the points themselves."""
        query = checked(SeriesQuerySerializer, request)
        return Response(bucketed(self.run, query))


class Charts(OneRunAPI, APIView):
    """Charts of a run's metrics."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[ChartQuerySerializer], responses=ChartAnswerSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return one chart with the series of these names."""
        from apps.experiments.charts.lines import line_chart

        query = checked(ChartQuerySerializer, request)
        answer = bucketed(self.run, query)
        figure = line_chart(answer["series"], axis=query["x"], is_log=query["y"] == "log")
        return Response({**answer, "figure": figure})


def checked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the request's query, checked.

    Raises:
        ValidationError: it is not as the serializer says.
    """
    query = serializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    values: dict[str, Any] = query.validated_data
    return values


def bucketed(run: Run, query: dict[str, Any]) -> dict[str, Any]:
    """Return the series that a query asks for, in its buckets, as ``SeriesAnswerSerializer`` describes."""
    # NumPy is loaded by the first process that reads a series, so that starting the others stays quick and small.
    from apps.experiments.metrics.buckets import Axis, bucket
    from apps.experiments.metrics.reading import read_series

    cursor, found = read_series(run.pk, list(dict.fromkeys(query["name"])))
    starts = [int(series.times.min()) for series in found.values() if len(series)]
    origin_ms = int(run.started_at.timestamp() * 1000) if run.started_at else min(starts, default=0)
    answer = []
    for name, series in found.items():
        part = bucket(
            series,
            axis=Axis(query["x"]),
            origin_ms=origin_ms,
            most=query["points"],
            low=query["from"],
            high=query["to"],
        )
        answer.append(
            {
                "name": name,
                "count": part.count,
                "x": part.x.tolist(),
                "last": [as_json(value) for value in part.last.tolist()],
                "min": [as_json(value) for value in part.minimum.tolist()],
                "max": [as_json(value) for value in part.maximum.tolist()],
                "step": part.steps.tolist(),
                "exact": part.is_exact,
            }
        )
    return {"cursor": cursor, "origin_ms": origin_ms, "series": answer}
