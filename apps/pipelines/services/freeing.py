"""Take the rows of pipelines of a workspace away that is deleted for good."""

from collections.abc import Iterator
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from apps.pipelines.models import (
    Component,
    ComponentVersion,
    GraphPart,
    PipelineEndpoint,
    PipelineGraph,
    PipelineRun,
    PublishedPipeline,
)
from apps.workspaces.models import Workspace

PORTION: Final = 500


def free_workspace(workspace: Workspace) -> None:
    """Delete what keeps runs' code and graphs from going, before these go. May be run twice. Fills ``workspace_destroyed``."""
    for rows in _rows(workspace):
        while ids := list(rows.order_by().values_list("pk", flat=True)[:PORTION]):
            with transaction.atomic():
                rows.model._default_manager.filter(pk__in=ids).delete()


def _rows(workspace: Workspace) -> Iterator[QuerySet[Any]]:
    """Yield rows in an order in which nothing keeps them."""
    yield PipelineEndpoint.objects.filter(workspace=workspace)
    yield PublishedPipeline.objects.filter(workspace=workspace)
    yield PipelineRun.objects.filter(graph__workspace=workspace)
    yield GraphPart.objects.filter(graph__workspace=workspace)
    yield PipelineGraph.objects.filter(workspace=workspace)
    yield ComponentVersion.objects.filter(component__workspace=workspace)
    yield Component.objects.filter(workspace=workspace)
