"""From a step that is ready to the run that carries it out."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from apps.core import queue
from apps.experiments.models import Run, Snapshot
from apps.experiments.services import submit_step
from apps.experiments.services.inputs import resolve_inputs
from apps.pipelines.graph import codec
from apps.pipelines.graph.types import Binding, FromData
from apps.pipelines.models import PipelineGraph, PipelineRun, Step
from apps.pipelines.services.freezing import Freezer, Frozen
from apps.pipelines.services.graphs import read_graph
from apps.pipelines.services.plans import job_of_plan
from apps.pipelines.services.rows import Order, make_rows


def start_run(pipeline: PipelineRun, step: Step, sources: Mapping[str, UUID]) -> Run:
    """Return the new run of a step.

    Args: sources: the runs of the steps whose outputs it reads, by node.
    Raises:
        UserError: it cannot be started; the message says why.
    """
    plan, parent = step.plan, pipeline.run
    if plan["kind"] == "pipeline":
        return _start_pipeline(pipeline, plan, sources)
    job = job_of_plan(plan, sources)
    fresh = {name: given for name, given in job.inputs.items() if "node" in plan["inputs"][name]}
    found, _warnings = resolve_inputs(parent.workspace, parent.submitted_by, fresh)
    return submit_step(
        parent=parent,
        job=replace(job, inputs={**job.inputs, **found}),
        environment=plan["environment"],
        snapshot=Snapshot.objects.get(pk=plan["snapshot"]) if plan["snapshot"] else None,
        code_folder=plan["code_folder"],
    )


def _start_pipeline(pipeline: PipelineRun, plan: dict[str, Any], sources: Mapping[str, UUID]) -> Run:
    """Make the rows of a pipeline that is a step of another; a task goes on with it."""
    parent = pipeline.run
    row = PipelineGraph.objects.get(pk=plan["graph"])
    given: dict[str, Binding] = {}
    for name, one in plan["inputs"].items():
        if "node" in one:
            path = f"runs:/{sources[one['node']]}/outputs/{one['output']}"
            given[name] = FromData(path, one["type"], one["mode"])
        else:
            given[name] = codec.binding_from_json(one)
    freezer = Freezer(parent.workspace, parent.submitted_by, Frozen(**parent.config["frozen"]))
    order = Order(
        graph=read_graph(row),
        inputs=given,
        settings=codec.settings_from_json(plan["settings"]),
        experiment_name="",
        fields={"display_name": plan["title"]},
        resumed=PipelineRun.objects.filter(run=plan["resume"]).first() if plan.get("resume") else None,
    )
    run = make_rows(freezer, order, parent=parent, row=row)
    queue.enqueue("pipelines.advance", run.pk)
    return run
