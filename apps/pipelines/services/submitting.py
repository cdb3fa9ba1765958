"""Submit pipelines: as a graph, again as they were, and from where they stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import queue
from apps.core.errors import InvalidInput, UserError
from apps.core.hooks import audit
from apps.experiments.models import Run, RunKind
from apps.experiments.services.config import check_tags
from apps.experiments.services.inputs import check_still_there
from apps.experiments.states import RunStatus
from apps.pipelines.errors import NoPipeline, NotResumable
from apps.pipelines.graph import codec
from apps.pipelines.graph.check import check
from apps.pipelines.graph.types import Binding, Graph, Settings
from apps.pipelines.models import ComponentVersion, PipelineRun, PublishedPipeline
from apps.pipelines.services.freezing import Freezer, Frozen
from apps.pipelines.services.graphs import components_in, read_graph
from apps.pipelines.services.rows import Order, make_rows
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting


@transaction.atomic
def submit_pipeline(
    *,
    actor: User | None,
    workspace: Workspace,
    graph: Graph,
    inputs: Mapping[str, Binding] | None = None,
    experiment_name: str = "",
    display_name: str = "",
    description: str = "",
    tags: dict[str, str] | None = None,
    properties: dict[str, str] | None = None,
    settings: Settings | None = None,
    published: PublishedPipeline | None = None,
    rerun_of: Run | None = None,
    resumed: PipelineRun | None = None,
    frozen: Frozen | None = None,
    warnings: Sequence[str] = (),
) -> Run:
    """Submit a pipeline: freeze what everything in it means, and have its steps reused or started.

    Args: actor: None where the key of an endpoint called. inputs: for the pipeline's own inputs. experiment_name: made where
        there is none; "" is “Default”. settings: in place of those of the graph. published: what it was called through. resumed:
        whose successes are taken over. frozen: what references mean already. warnings: what of the user's file was read
        differently from how it was written.

    Raises:
        InvalidInput: with all that is wrong, at ``nodes.<node>.<field>``, ``inputs.<name>`` or ``graph``.
        UserError: the experiment cannot be used.
    """
    if actor is not None:
        acting(actor, workspace, Action.RUNS_WRITE)
    given = dict(inputs or {})
    raise_faults(workspace, graph, given, is_new=published is None and rerun_of is None and resumed is None)
    check_tags("tags", tags or {})
    order = Order(
        graph=graph,
        inputs=given,
        settings=settings or graph.settings,
        experiment_name=experiment_name,
        fields={
            "display_name": display_name or graph.display_name,
            "description": description or graph.description,
            "tags": tags or {},
            "properties": properties or {},
            "rerun_of": rerun_of,
            "warnings": warnings,
        },
        published=published,
        resumed=resumed,
    )
    run = make_rows(Freezer(workspace, actor, frozen), order)
    queue.enqueue("pipelines.advance", run.pk)
    return run


def resubmit_pipeline(*, actor: User, run: Run, force: bool = False) -> Run:
    """Run a pipeline again as it was: the same graph, versions and data, in the same experiment.

    Args: force: run all steps, also those that could be reused.
    Raises:
        NoPipeline: it is none. InvalidInput: something that it reads is gone.
    """
    again = _again(actor, run, {"rerun_of": run}, force=force)
    audit(actor, "run.rerun", again, workspace_id=run.workspace_id, summary=again.name, earlier=run.name)
    return again


def resume_pipeline(actor: User, run: Run) -> Run:
    """Run what of a pipeline did not succeed; the rest is taken over from it, whatever has changed since.

    Raises:
        NoPipeline: it is none. NotResumable: it goes on, or all of it succeeded. InvalidInput: something that it reads is gone.
    """
    if run.status not in {RunStatus.FAILED, RunStatus.CANCELED}:
        raise NotResumable(run.get_status_display())
    again = _again(actor, run, {"rerun_of": run, "resumed": pipeline_of(run)}, force=False)
    audit(actor, "run.resumed", again, workspace_id=run.workspace_id, summary=again.name, earlier=run.name)
    return again


def repeat(actor: User, run: Run) -> Run | None:
    """Run a pipeline again. Fills ``experiments.hooks.run_repeated``."""
    return resubmit_pipeline(actor=actor, run=run) if run.kind == RunKind.PIPELINE else None


def clone_of(run: Run) -> tuple[Graph, dict[str, Binding], Settings]:
    """Return what a pipeline was submitted as: its graph, what its inputs were given, and what held for all of it.

    Raises:
        NoPipeline: it is none.
    """
    pipeline = pipeline_of(run)
    return (
        read_graph(pipeline.graph),
        codec.bindings_from_json(pipeline.inputs),
        codec.settings_from_json(pipeline.settings),
    )


def graph_of(run: Run) -> Graph:
    """Return the graph of a pipeline.

    Raises:
        NoPipeline: it is none.
    """
    return read_graph(pipeline_of(run).graph)


def pipeline_of(run: Run) -> PipelineRun:
    """Return what a run of a pipeline runs.

    Raises:
        NoPipeline: it is another kind of run.
    """
    found = PipelineRun.objects.filter(run=run).select_related("graph").first()
    if found is None:
        raise NoPipeline
    return found


def raise_faults(workspace: Workspace, graph: Graph, given: Mapping[str, Binding], *, is_new: bool) -> None:
    """Raise InvalidInput with all that keeps a graph from being run.

    Args: is_new: it was put together now, so that versions which were archived since are not for it.
    """
    errors: dict[str, list[str]] = {}
    for fault in check(graph, given):
        place = ".".join(part for part in ("nodes", fault.node, fault.field) if part) if fault.node else fault.field
        errors.setdefault(place or "graph", []).append(fault.message)
    if is_new:
        _note_archived(workspace, graph, errors)
    if errors:
        raise InvalidInput(errors)


def _note_archived(workspace: Workspace, graph: Graph, errors: dict[str, list[str]]) -> None:
    ids = {component.id for component in components_in(graph) if component.id}
    rows = ComponentVersion.objects.filter(pk__in=ids, component__workspace=workspace).select_related("component")
    away = {str(row.pk): row for row in rows if row.archived_at is not None or row.component.archived_at is not None}
    for key, node in graph.nodes.items():
        component = graph.components.get(node.component)
        if component is None:
            continue
        within = components_in(component.graph) if component.graph else ()
        for used in (component, *within):
            if used.id in away:
                words = _("The component %(name)s is archived. Restore it, or use another version.")
                errors.setdefault(f"nodes.{key}.component", []).append(words % {"name": away[used.id].reference})


@transaction.atomic
def _again(actor: User, run: Run, facts: dict[str, Any], *, force: bool) -> Run:
    pipeline = pipeline_of(run)
    workspace = run.workspace
    acting(actor, workspace, Action.RUNS_WRITE)
    graph, inputs, settings = clone_of(run)
    frozen = Frozen(**run.config["frozen"])
    _check_still_there(workspace, frozen)
    experiment = run.experiment
    return submit_pipeline(
        actor=actor,
        workspace=workspace,
        graph=graph,
        inputs=inputs,
        experiment_name=experiment.name if experiment else "",
        display_name=run.display_name,
        description=run.description,
        tags={tag.name: tag.value for tag in run.tags.all()},
        properties=run.properties,
        settings=replace(settings, force_rerun=True) if force else settings,
        published=pipeline.published,
        frozen=frozen,
        warnings=run.warnings,
        **facts,
    )


def _check_still_there(workspace: Workspace, frozen: Frozen) -> None:
    errors: dict[str, list[str]] = {}
    for given in frozen.data.values():
        try:
            check_still_there(workspace, {"data": given})
        except UserError as error:
            errors.setdefault("inputs", []).append(str(error.message))
    if errors:
        raise InvalidInput(errors)
