"""What a step of a pipeline has left, as the page shows it."""

from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.designer import looking
from apps.experiments.api.one_run import OneRunAPI
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

LONGEST_NAME: Final = 1000


class LookSerializer(serializers.Serializer[Any]):
    """Which part is asked for: of a table the columns from one on, of a folder the files after one."""

    first_column = serializers.IntegerField(required=False, default=0, min_value=0, max_value=1_000_000)
    after = serializers.CharField(required=False, default="", allow_blank=True, max_length=LONGEST_NAME)


class ScatterSerializer(serializers.Serializer[Any]):
    """Two columns, and one that groups the points."""

    x = serializers.CharField(max_length=LONGEST_NAME, trim_whitespace=False)
    y = serializers.CharField(max_length=LONGEST_NAME, trim_whitespace=False)
    by = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=LONGEST_NAME, trim_whitespace=False
    )


class LookAtOutput(OneRunAPI, APIView):
    """What is in an output of a run."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[LookSerializer], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, name: str, run_id: str, output_name: str) -> Response:
        """Return a table with its columns in numbers, an evaluation, a model in short, or a list of files: see ``kind``."""
        output = looking.find_output(self.run, output_name)
        asked = LookSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(looking.describe(output, **asked.validated_data))


class ScatterOfOutput(OneRunAPI, APIView):
    """Two columns of a table against each other."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[ScatterSerializer], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, name: str, run_id: str, output_name: str) -> Response:
        """Return up to 2,000 points of two columns."""
        output = looking.find_output(self.run, output_name)
        asked = ScatterSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        across, up, by = (asked.validated_data[field] for field in ("x", "y", "by"))
        return Response(looking.scatter(output, across, up, by))
