"""What pages ask: where the steps of a run stand, and what would happen if a pipeline were submitted now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.experiments.models import Run
from apps.pipelines.graph import codec
from apps.pipelines.graph.types import Binding, FromData, Graph, Settings
from apps.pipelines.models import Step, StepLink
from apps.pipelines.services import words
from apps.pipelines.services.freezing import Freezer
from apps.pipelines.services.plans import Plan, Planned, Planner, needs_of
from apps.pipelines.services.reusing import Examiner, Question, Source, Verdict, day_of
from apps.pipelines.services.submitting import raise_faults
from apps.pipelines.states import SUCCEEDED, StepState
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

Will = Literal["reuse", "run", "unknown"]


@dataclass(frozen=True)
class PlannedStep:
    """What would become of a step. ``run``: the one that would be reused. ``why`` is a sentence without an end, ``differences``
    say in what it differs from what ran before."""

    node: str
    will: Will
    run: Run | None
    why: str
    differences: tuple[str, ...] = ()


def steps_of(run: Run) -> list[Step]:
    """Return the steps of a pipeline run in their order, with their runs; those that wait say for what. Without their plans."""
    rows = Step.objects.filter(pipeline__run=run).select_related("run__workspace").defer("plan", "run__config")
    steps = list(rows.order_by("number"))
    keys = {step.pk: step.key for step in steps if step.state not in SUCCEEDED}
    waiting = [step for step in steps if step.state == StepState.WAITING]
    if waiting:
        links = StepLink.objects.filter(after__pipeline__run=run, after__state=StepState.WAITING)
        before: dict[Any, list[str]] = {}
        for after, other in links.order_by("before__number").values_list("after", "before"):
            if other in keys:
                before.setdefault(after, []).append(keys[other])
        for step in waiting:
            step.reason = words.waits_for(before.get(step.pk, []))
    return steps


def plan_pipeline(
    *,
    actor: User,
    workspace: Workspace,
    graph: Graph,
    inputs: Mapping[str, Binding] | None = None,
    settings: Settings | None = None,
) -> list[PlannedStep]:
    """Return per step whether it would be reused if the pipeline were submitted now, and why it would not.

    Raises:
        InvalidInput: as ``submit_pipeline``.
    """
    acting(actor, workspace, Action.RUNS_WRITE)
    given = dict(inputs or {})
    raise_faults(workspace, graph, given, is_new=True)
    freezer = Freezer(workspace, actor)
    planned = Planner(freezer, graph.display_name).plan(graph, given, settings or graph.settings)
    freezer.raise_errors()
    return list(_Forecast(freezer, Examiner(workspace, day=day_of), planned).steps.values())


class _Forecast:
    """Goes through the plans wave by wave, as the engine does."""

    def __init__(self, freezer: Freezer, examiner: Examiner, planned: Planned) -> None:
        self._freezer, self._examiner = freezer, examiner
        self.sources: dict[str, Source] = {}
        self.steps: dict[str, PlannedStep] = {}
        waiting = dict(planned.plans)
        while waiting:
            ready = {key: plan for key, plan in waiting.items() if not planned.before[key] & waiting.keys()}
            self._look_at(ready, planned)
            for key in ready:
                del waiting[key]
        self.steps = {key: self.steps[key] for key in planned.plans}

    def _look_at(self, ready: Mapping[str, Plan], planned: Planned) -> None:
        known = {key: plan for key, plan in ready.items() if needs_of(plan) <= self.sources.keys()}
        for key in ready.keys() - known.keys():
            self.steps[key] = self._unknown(key, ready[key])
        commands = {key: plan for key, plan in known.items() if key not in planned.graphs}
        verdicts = self._examiner.examine([Question(plan, self.sources) for plan in commands.values()])
        for key, verdict in zip(commands, verdicts, strict=True):
            self.steps[key] = self._step(key, self._examiner.explained(verdict, commands[key]))
        for key in known.keys() - commands.keys():
            self.steps[key] = self._pipeline(key, known[key], planned.graphs[key])

    def _step(self, key: str, verdict: Verdict) -> PlannedStep:
        if verdict.result is None:
            return PlannedStep(key, "run", None, verdict.why, verdict.differences)
        self.sources[key] = Source(verdict.result.run_id, verdict.result.outputs)
        return PlannedStep(key, "reuse", verdict.result.run, verdict.why)

    def _unknown(self, key: str, plan: Plan) -> PlannedStep:
        if plan.get("force"):
            return PlannedStep(key, "run", None, _("it was asked to run in any case"))
        missing = sorted(needs_of(plan) - self.sources.keys())
        return PlannedStep(key, "unknown", None, _("depends on what %(steps)s gives") % {"steps": words.named(missing)})

    def _pipeline(self, key: str, plan: Plan, graph: Graph) -> PlannedStep:
        """Look at the steps of a pipeline within the pipeline: it is as good as reused where all of them are."""
        given: dict[str, Binding] = {}
        for name, one in plan["inputs"].items():
            if "node" in one:
                source = self.sources[one["node"]].run_id
                if source is None:  # of a pipeline that would run, if only to find that nothing in it has to
                    return PlannedStep(
                        key, "unknown", None, _("depends on what %(steps)s gives") % {"steps": one["node"]}
                    )
                given[name] = FromData(f"runs:/{source}/outputs/{one['output']}", one["type"], one["mode"])
            else:
                given[name] = codec.binding_from_json(one)
        freezer = Freezer(self._freezer.workspace, self._freezer.actor, self._freezer.frozen)
        planned = Planner(freezer, graph.display_name).plan(graph, given, codec.settings_from_json(plan["settings"]))
        within = _Forecast(freezer, self._examiner, planned)
        running = [step for step in within.steps.values() if step.will != "reuse"]
        if running:
            first = running[0]
            why = _("its step %(step)s: %(why)s") % {"step": first.node, "why": first.why}
            return PlannedStep(key, "run" if first.will == "run" else "unknown", None, why, first.differences)
        left = {name: within.sources[output.node].outputs[output.output] for name, output in graph.outputs.items()}
        self.sources[key] = Source(None, left)
        return PlannedStep(key, "reuse", None, _("all of its steps are reused"))
