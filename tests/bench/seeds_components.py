"""Many components, published pipelines and pipeline endpoints, of which one was called many times."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from apps.accounts.models import User
from apps.experiments.models import Run, RunKind
from apps.pipelines.models import (
    Component,
    ComponentVersion,
    PipelineEndpoint,
    PipelineEndpointVersion,
    PipelineGraph,
    PipelineRun,
    PublishedPipeline,
)
from apps.pipelines.states import ComponentKind
from apps.workspaces.models import Workspace

Write = Callable[[Any, int, Callable[[int], dict[str, Any]]], list[Any]]
NAMES = ("prepare", "train", "score", "split", "forecast", "report")


def write_components(rows: int, workspace: Workspace, viewer: User, now: datetime, write: Write) -> None:
    """Write components with a version each, of which one has 10,000. Args: write: of ``seeds``."""
    components = write(Component, rows, lambda n: {
        "workspace": workspace, "name": "many-versions" if n == 0 else f"{NAMES[n % len(NAMES)]}-{n}", "created_by": viewer,
        "archived_at": now if n % 25 == 24 else None, "latest_number": 1,
        "latest_at": now - timedelta(seconds=n * 77 % 7_776_000),
    })  # fmt: skip
    kinds = [ComponentKind.COMMAND] * 10 + [ComponentKind.PIPELINE, ComponentKind.PARALLEL]

    def version(n: int, component: Component, number: int) -> dict[str, Any]:
        return {
            "component": component, "number": number, "version": str(number), "kind": kinds[n % len(kinds)], "digest": f"{n:064}",
            "display_name": f"Component {n}", "description": "What it does.", "tags": {"team": NAMES[n % len(NAMES)]},
            "definition": {"kind": "command", "command": "x" * 500}, "source": "x" * 1000, "created_by": viewer,
            "archived_at": now if n % 40 == 39 else None,
        }  # fmt: skip

    write(ComponentVersion, rows, lambda n: version(n, components[n], 1))
    write(ComponentVersion, min(rows, 10_000), lambda n: version(n, components[0], n + 2))
    newest = ComponentVersion.objects.filter(component=OuterRef("pk")).order_by("-number")
    Component.objects.update(latest=Subquery(newest.values("pk")[:1]), kind=Subquery(newest.values("kind")[:1]))


def write_published(rows: int, workspace: Workspace, viewer: User, now: datetime, write: Write) -> PipelineEndpoint:
    """Write published pipelines, each in an endpoint; return the one that called the pipeline runs which are there."""
    graph = PipelineGraph.objects.create(workspace=workspace, digest="published", content={})
    published = write(PublishedPipeline, rows, lambda n: {
        "workspace": workspace, "name": f"{NAMES[n % len(NAMES)]} {n}", "version": "1.0", "graph": graph, "created_by": viewer,
        "is_enabled": n % 30 != 7,
    })  # fmt: skip
    endpoints = write(PipelineEndpoint, rows, lambda n: {
        "workspace": workspace, "name": f"{NAMES[n % len(NAMES)]} {n}", "is_enabled": n % 30 != 7, "latest_number": 0,
        "primary_key": b"", "secondary_key": b"", "primary_hash": f"{n:064}", "secondary_hash": f"{n:064}",
        "archived_at": now if n % 25 == 24 else None, "created_by": viewer, "modified_by": viewer,
    })  # fmt: skip
    versions = write(PipelineEndpointVersion, rows, lambda n: {
        "endpoint": endpoints[n], "number": 0, "published": published[n],
    })  # fmt: skip
    runs = list(Run.objects.filter(workspace=workspace, kind=RunKind.PIPELINE, pipeline=None).order_by("pk")[:rows])
    write(PipelineRun, len(runs), lambda n: {
        "run": runs[n], "graph": graph, "published": published[0], "endpoint": endpoints[0],
    })  # fmt: skip
    for endpoint, version, run in zip(endpoints, versions, runs, strict=False):
        endpoint.default, endpoint.last_run = version, run
    PipelineEndpoint.objects.bulk_update(endpoints, ["default", "last_run"], batch_size=2000)
    found: PipelineEndpoint = endpoints[0]
    return found
