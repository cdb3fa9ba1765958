"""Keep graphs, once for each content in a workspace, with what they use."""

from collections.abc import Iterator
from uuid import UUID

from django.db import IntegrityError, transaction

from apps.experiments.models import Snapshot
from apps.pipelines.graph import codec
from apps.pipelines.graph.types import Component, Graph
from apps.pipelines.models import ComponentVersion, GraphPart, PipelineGraph
from apps.workspaces.models import Workspace


def keep_graph(workspace: Workspace, graph: Graph) -> PipelineGraph:
    """Return the row of a graph, which is made where there is none yet. From then on its code is kept."""
    digest = codec.digest_of_graph(graph)
    rows = PipelineGraph.objects.filter(workspace=workspace, digest=digest)
    found = rows.first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            row = PipelineGraph.objects.create(workspace=workspace, digest=digest, content=codec.graph_to_json(graph))
            _keep_parts(row, graph)
            return row
    except IntegrityError:  # somebody kept the same graph meanwhile
        found = rows.first()
        if found is None:
            raise
        return found


def read_graph(row: PipelineGraph) -> Graph:
    """Return the graph of a row."""
    return codec.graph_from_json(row.content)


def components_in(graph: Graph) -> Iterator[Component]:
    """Yield every component that a graph uses, those of pipelines within it too."""
    for component in graph.components.values():
        yield component
        if component.graph is not None:
            yield from components_in(component.graph)


def _keep_parts(row: PipelineGraph, graph: Graph) -> None:
    used = list(components_in(graph))
    versions = ComponentVersion.objects.filter(
        component__workspace=row.workspace_id, pk__in={one.id for one in used if _is_id(one.id)}
    )
    codes = Snapshot.objects.filter(
        workspace=row.workspace_id, pk__in={one.snapshot for one in used if _is_id(one.snapshot)}
    )
    parts = [GraphPart(graph=row, version=version) for version in versions.only("pk")]
    parts += [GraphPart(graph=row, snapshot=code) for code in codes.only("pk")]
    GraphPart.objects.bulk_create(parts)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
