"""The rows of a new pipeline run: the run, its steps, and what waits for what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils import timezone

from apps.experiments.models import Run
from apps.experiments.services import create_pipeline_run
from apps.pipelines.graph import codec
from apps.pipelines.graph.types import Binding, Graph, Settings
from apps.pipelines.models import PipelineGraph, PipelineRun, PublishedPipeline, Step, StepLink
from apps.pipelines.services import words
from apps.pipelines.services.data_types import plain_type
from apps.pipelines.services.freezing import Freezer
from apps.pipelines.services.graphs import keep_graph
from apps.pipelines.services.plans import Planned, Planner
from apps.pipelines.services.reusing import outputs_of
from apps.pipelines.states import SUCCEEDED, StepState
from apps.workspaces.models import Workspace

VERSION = 1


@dataclass
class Order:
    """What shall be run: a graph without faults, what its inputs are given, and what holds for all of it.

    ``fields``: of the run, such as ``display_name``, ``tags`` and ``rerun_of``. ``resumed``: whose successes are taken over.
    """

    graph: Graph
    inputs: Mapping[str, Binding]
    settings: Settings
    experiment_name: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    published: PublishedPipeline | None = None
    resumed: PipelineRun | None = None


def make_rows(freezer: Freezer, order: Order, *, parent: Run | None = None, row: PipelineGraph | None = None) -> Run:
    """Make the rows of a pipeline run, which then waits for ``engine.advance``.

    Args: parent: the pipeline that it is a step of. row: of the graph, where that is known.
    Raises:
        InvalidInput: with all that is wrong, by its place. UserError: the run cannot be made.
    """
    name = order.graph.display_name or order.fields.get("display_name") or order.experiment_name
    planned = Planner(freezer, name).plan(order.graph, order.inputs, order.settings)
    freezer.raise_errors()
    workspace, actor = freezer.workspace, freezer.actor
    warnings = [*order.fields.pop("warnings", ()), *freezer.warnings]
    run = create_pipeline_run(
        actor=actor,
        workspace=workspace,
        experiment_name=order.experiment_name,
        parent=parent,
        config=_config(order, planned, freezer),
        warnings=warnings,
        **order.fields,
    )
    pipeline = PipelineRun.objects.create(
        run=run,
        graph=row or keep_graph(workspace, order.graph),
        inputs=codec.bindings_to_json(order.inputs),
        settings=codec.settings_to_json(order.settings),
        published=order.published,
        resumed=order.resumed,
    )
    _make_steps(pipeline, planned, freezer, workspace)
    return run


def _config(order: Order, planned: Planned, freezer: Freezer) -> dict[str, Any]:
    """Return ``Run.config`` of a pipeline: inputs as those of commands, outputs with the step that leaves each, how many steps
    there are, and what all references in it mean (``freezing``)."""
    outputs = {}
    for name, output in order.graph.outputs.items():
        node = order.graph.nodes[output.node]
        kind = order.graph.components[node.component].outputs[output.output].type
        said = node.outputs.get(output.output)
        outputs[name] = {
            "type": plain_type(output.setting.type or (said.type if said else "") or kind),
            "node": output.node,
            "output": output.output,
            **({"name": output.setting.name} if output.setting.name else {}),
        }
    return {
        "version": VERSION,
        "inputs": planned.inputs,
        "outputs": outputs,
        "steps": len(planned.plans),
        "frozen": freezer.frozen.as_json(),
    }


def _make_steps(pipeline: PipelineRun, planned: Planned, freezer: Freezer, workspace: Workspace) -> None:
    taken = _taken_over(pipeline.resumed)
    now = timezone.now()
    steps: dict[str, Step] = {}
    for number, (key, plan) in enumerate(planned.plans.items(), start=1):
        if key in planned.graphs:
            plan["graph"] = str(keep_graph(workspace, planned.graphs[key]).pk)
        before = planned.before[key]
        step = Step(pipeline=pipeline, key=key, number=number, remaining=len(before - taken.keys()), plan=plan)
        earlier = taken.get(key)
        if earlier is not None and earlier.state in SUCCEEDED and earlier.run is not None:
            step.state, step.run, step.reason = StepState.REUSED, earlier.run, words.taken_over(earlier.run)
            step.started_at = step.ended_at = now
            step.reuse = {"key": earlier.reuse.get("key", ""), "why": step.reason, "differences": []}
        steps[key] = step
    _go_on_within(pipeline.resumed, steps)
    Step.objects.bulk_create(steps.values(), batch_size=500)
    links = [StepLink(before=steps[other], after=steps[key]) for key in steps for other in sorted(planned.before[key])]
    StepLink.objects.bulk_create(links, batch_size=1000)
    pipeline.unfinished = sum(step.state == StepState.WAITING for step in steps.values())
    pipeline.save(update_fields=["unfinished", "updated_at"])


def _taken_over(resumed: PipelineRun | None) -> dict[str, Step]:
    """Return the steps of an earlier run that succeeded, and whose runs are there with all that they left."""
    if resumed is None:
        return {}
    rows = Step.objects.filter(pipeline=resumed, state__in=SUCCEEDED, run__deleted_at=None).select_related("run")
    found = {step.key: step for step in rows if step.run is not None}
    left = outputs_of(step.run_id for step in found.values() if step.run_id)
    return {
        key: step
        for key, step in found.items()
        if set(step.plan["outputs"]) <= left.get(step.run_id or UUID(int=0), {}).keys()
    }


def _go_on_within(resumed: PipelineRun | None, steps: Mapping[str, Step]) -> None:
    """Have pipelines within a resumed one taken up where they stopped."""
    if resumed is None:
        return
    nested = [step for step in steps.values() if step.plan["kind"] == "pipeline" and step.state == StepState.WAITING]
    runs = resumed.steps.filter(key__in=[step.key for step in nested], run__isnull=False).values_list("key", "run_id")
    before = dict(runs)
    for step in nested:
        if step.key in before:
            step.plan["resume"] = str(before[step.key])
