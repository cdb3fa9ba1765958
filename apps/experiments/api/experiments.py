"""Experiments of a workspace."""

import re

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from apps.experiments import services
from apps.experiments.api.serializers import EditExperimentSerializer, ExperimentSerializer
from apps.experiments.filters import ExperimentFilter
from apps.experiments.models import Experiment
from apps.experiments.models.experiment import NAME_PATTERN
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action


class ExperimentCollection(WorkspaceAPI, ListAPIView[Experiment]):
    """The experiments of the workspace. A run makes the experiment that it names."""

    access = workspace_access(get=Action.RUNS_READ)
    serializer_class = ExperimentSerializer
    queryset = Experiment.objects.none()
    filterset_class = ExperimentFilter

    def get_queryset(self) -> QuerySet[Experiment]:
        return Experiment.objects.filter(workspace=self.workspace).select_related("created_by")


class OneExperiment(WorkspaceAPI, GenericAPIView[Experiment]):
    """What views of one experiment share."""

    serializer_class = ExperimentSerializer
    queryset = Experiment.objects.none()

    def found(self, experiment_name: str) -> Experiment:
        """Return the experiment of that name; names compare by case."""
        if not re.match(NAME_PATTERN, experiment_name):  # databases refuse some of what an address can contain
            raise Http404
        rows = Experiment.objects.select_related("workspace", "created_by")
        return get_object_or_404(rows, workspace=self.workspace, name=experiment_name)


class ExperimentItem(OneExperiment):
    """One experiment."""

    access = workspace_access(get=Action.RUNS_READ, patch=Action.RUNS_WRITE)

    def get(self, request: Request, name: str, experiment_name: str) -> Response:
        """Return the experiment."""
        return Response(ExperimentSerializer(self.found(experiment_name)).data)

    @extend_schema(request=EditExperimentSerializer)
    def patch(self, request: Request, name: str, experiment_name: str) -> Response:
        """Change description or tags."""
        experiment = self.found(experiment_name)
        command = EditExperimentSerializer(data=request.data, partial=True)
        command.is_valid(raise_exception=True)
        changes = command.validated_data
        row = services.edit_experiment(actor=self.actor, experiment=experiment, changes=changes)
        return Response(ExperimentSerializer(row).data)


class ArchiveExperiment(OneExperiment):
    """The way into the archive."""

    access = workspace_access(post=Action.RUNS_WRITE)

    @extend_schema(request=None)
    def post(self, request: Request, name: str, experiment_name: str) -> Response:
        """Archive the experiment: lists no longer show it unless asked, and no run can be added."""
        row = services.archive_experiment(actor=self.actor, experiment=self.found(experiment_name))
        return Response(ExperimentSerializer(row).data)


class RestoreExperiment(OneExperiment):
    """The way out of the archive."""

    access = workspace_access(post=Action.RUNS_WRITE)

    @extend_schema(request=None)
    def post(self, request: Request, name: str, experiment_name: str) -> Response:
        """Take the experiment out of the archive."""
        row = services.restore_experiment(actor=self.actor, experiment=self.found(experiment_name))
        return Response(ExperimentSerializer(row).data)
