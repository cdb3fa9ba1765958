"""Runs side by side, as JSON."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.experiments import services
from apps.experiments.api.metrics import checked
from apps.experiments.metrics.points import as_json
from apps.experiments.models import Comparison
from apps.experiments.services.comparing import FEWEST, MOST
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action

# All series of an answer have so many points together, each no more than `MOST_POINTS` and no fewer than `FEWEST_POINTS`.
POINTS_OF_ALL = 60_000
MOST_POINTS = 500
FEWEST_POINTS = 60


class NewComparisonSerializer(serializers.Serializer[Any]):
    """Runs to compare, by their ids, in the order in which they are shown."""

    runs = serializers.ListField(child=serializers.UUIDField(), min_length=FEWEST, max_length=MOST)


class ComparisonSerializer(serializers.ModelSerializer[Comparison]):
    """A comparison. `url`: the path of its page."""

    runs = serializers.ListField(child=serializers.UUIDField(), read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Comparison
        fields = ("id", "runs", "created_at", "url")
        read_only_fields = fields


class ComparedRowSerializer(serializers.Serializer[Any]):
    """One thing of all runs: a value for each, null where a run has none."""

    name = serializers.CharField()
    values = serializers.ListField(child=serializers.JSONField(allow_null=True))


class ComparedRunSerializer(serializers.Serializer[Any]):
    """A run that is compared."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    title = serializers.CharField()
    number = serializers.IntegerField()
    url = serializers.CharField()
    experiment = serializers.CharField()
    status = serializers.CharField()
    status_label = serializers.CharField()
    tone = serializers.CharField()
    submitted_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    duration_s = serializers.FloatField(allow_null=True)


class ComparedSerializer(serializers.Serializer[Any]):
    """Runs side by side; values stand in the order of `runs`. Those of metrics are `{"last", "min", "max"}`. `left_out`: how many
    names there are beyond those given, by kind."""

    runs = ComparedRunSerializer(many=True)
    parameters = ComparedRowSerializer(many=True)
    metrics = ComparedRowSerializer(many=True)
    tags = ComparedRowSerializer(many=True)
    data = ComparedRowSerializer(many=True)  # type: ignore[assignment] # a field, not the attribute of serializers
    settings = ComparedRowSerializer(many=True)
    left_out = serializers.DictField(child=serializers.IntegerField())


class ComparedSeriesQuerySerializer(serializers.Serializer[Any]):
    """Which metric, over what."""

    name = serializers.CharField(max_length=255)
    x = serializers.ChoiceField(choices=["step", "time", "relative"], required=False, default="step")


class RunSeriesSerializer(serializers.Serializer[Any]):
    """A metric of one run in buckets; NaN and the infinities are texts. `run`: its id."""

    run = serializers.UUIDField()
    x = serializers.ListField(child=serializers.FloatField())
    last = serializers.ListField(child=serializers.FloatField())


class ComparedSeriesSerializer(serializers.Serializer[Any]):
    """A metric of all runs that have it."""

    series = RunSeriesSerializer(many=True)


class ComparisonCollection(WorkspaceAPI, Idempotent, APIView):
    """Comparisons of a workspace's runs."""

    access = workspace_access(post=Action.RUNS_READ)

    @extend_schema(request=NewComparisonSerializer, responses={201: ComparisonSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Put runs side by side. The comparison has a page, whose address can be shared."""
        command = NewComparisonSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        comparison = services.create_comparison(
            actor=self.actor, workspace=self.workspace, run_ids=command.validated_data["runs"]
        )
        return Response(ComparisonSerializer(comparison).data, status=201)


class OneComparisonAPI(WorkspaceAPI):
    """Mix into views of one comparison; put it first. Sets ``self.comparison``."""

    comparison: Comparison

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the comparison in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        found = Comparison.objects.filter(workspace=self.workspace, pk=kwargs["comparison_id"]).first()
        if found is None:
            raise Http404
        found.workspace = self.workspace
        self.comparison = found


class ComparisonItem(OneComparisonAPI, APIView):
    """One comparison."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(responses=ComparedSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the runs with their parameters, metrics, tags, data and settings."""
        compared = services.compare(self.comparison)
        kinds = ("parameters", "metrics", "tags", "data", "settings")
        answer = {kind: [{"name": row.name, "values": row.values} for row in getattr(compared, kind)] for kind in kinds}
        runs = [services.shown_run(run) for run in compared.runs]
        return Response({"runs": runs, **answer, "left_out": compared.left_out})


class ComparisonSeries(OneComparisonAPI, APIView):
    """Series of compared runs."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[ComparedSeriesQuerySerializer], responses=ComparedSeriesSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return one metric of all runs, in fewer points the more runs there are."""
        from apps.experiments.metrics.buckets import Axis, bucket
        from apps.experiments.metrics.reading import read_one_of_many

        query = checked(ComparedSeriesQuerySerializer, request)
        runs = services.runs_of(self.comparison)
        most = max(FEWEST_POINTS, min(MOST_POINTS, POINTS_OF_ALL // max(1, len(runs))))
        found = read_one_of_many([run.pk for run in runs], query["name"])
        answer = []
        for run in (run for run in runs if run.pk in found):
            series = found[run.pk]
            origin_ms = int(run.started_at.timestamp() * 1000) if run.started_at else int(series.times.min())
            part = bucket(series, axis=Axis(query["x"]), origin_ms=origin_ms, most=most)
            last = [as_json(value) for value in part.last.tolist()]
            answer.append({"run": str(run.pk), "x": part.x.tolist(), "last": last})
        return Response({"series": answer})
