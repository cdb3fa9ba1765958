"""How a pipeline run goes on: what is ready is reused or started, what ended lets others begin, and the last one ends it.

Everything here happens under the lock of the pipeline's own run, in short transactions, and is harmless when repeated. Whoever
also locks the run of a step, or its order, has done so before. What one step costs does not grow with the graph: a step that
ends touches those that wait for it, and nothing else.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import queue
from apps.core.errors import UserError
from apps.experiments.models import Run, RunKind
from apps.experiments.states import TERMINAL, RunStatus
from apps.pipelines.graph import codec
from apps.pipelines.models import PipelineRun, Step, StepLink, StepResult
from apps.pipelines.services import words
from apps.pipelines.services.ending import finish_if_done, say
from apps.pipelines.services.plans import needs_of
from apps.pipelines.services.reusing import Examiner, Question, Source, Verdict, outputs_of
from apps.pipelines.services.starting import start_run
from apps.pipelines.states import StepState

logger = logging.getLogger(__name__)

# So many steps are started in one transaction, and looked at for reuse; the rest is left to a task.
MOST_STARTED: Final = 10
MOST_LOOKED_AT: Final = 400
WAVE: Final = 50
# All of a step but what it is made of, which never changes.
CHANGING: Final = ("state", "reason", "run", "attempt", "reuse", "started_at", "ended_at", "updated_at")


def run_ended(run: Run) -> None:
    """Go on with the pipeline whose step has ended, in the transaction that ended it. Fills ``experiments.hooks.run_ended``."""
    if run.parent_id is None or run.kind not in {RunKind.STEP, RunKind.PIPELINE}:
        return
    try:
        with transaction.atomic():
            for step_id in Step.objects.filter(run=run, state=StepState.RUNNING).values_list("pk", flat=True):
                settle(step_id)
    except Exception:
        # A machine must be able to say that its work is done, whatever is wrong here; the watch tries it again.
        logger.exception("The pipeline of run %s could not go on.", run.pk)


@transaction.atomic
def advance(run_id: UUID) -> None:
    """Go on with a pipeline run as far as one short transaction goes; a task does the rest. Harmless when repeated."""
    pipeline = lock(run_id)
    if pipeline is not None:
        go_on(pipeline)


@transaction.atomic
def settle(step_id: UUID) -> None:
    """Bring a step to where its run is, if that has ended. Harmless when repeated."""
    run_id = Step.objects.filter(pk=step_id).values_list("pipeline__run", flat=True).first()
    pipeline = lock(run_id) if run_id else None
    if pipeline is None:
        return
    step = Step.objects.select_related("run__order").get(pk=step_id)
    if step.state != StepState.RUNNING or (step.run is not None and step.run.status not in TERMINAL):
        return
    if step.run is None:
        fail(pipeline, step, _("its run was deleted"))
    elif step.run.status == RunStatus.COMPLETED:
        _complete(pipeline, step, step.run)
    elif step.run.status == RunStatus.CANCELED:
        cancel(pipeline, step, step.run.status_reason)
    elif step.attempt < step.plan["attempts"] and may_start(pipeline):
        _start(
            pipeline,
            step,
            Verdict(key=step.reuse.get("key", "")),
            _sources(pipeline, [step], Examiner(pipeline.run.workspace)),
        )
    else:
        fail(pipeline, step, step.run.status_reason)
    go_on(pipeline)


def lock(run_id: UUID) -> PipelineRun | None:
    """Return a pipeline run that goes on, and keep others from changing it until the transaction ends."""
    rows = Run.objects.select_for_update(of=("self",)).select_related("workspace", "submitted_by", "experiment")
    run = rows.filter(pk=run_id).first()
    pipeline = PipelineRun.objects.filter(run=run).first() if run is not None and not run.is_over else None
    if pipeline is not None and run is not None:
        pipeline.run = run
    return pipeline


def may_start(pipeline: PipelineRun) -> bool:
    """Return whether steps may begin: not when it is being canceled, nor after a failure unless it goes on in spite of that."""
    if pipeline.run.status == RunStatus.CANCEL_REQUESTED:
        return False
    return not pipeline.problem or continues(pipeline)


def continues(pipeline: PipelineRun) -> bool:
    """Return whether steps go on that do not need what failed."""
    return codec.settings_from_json(pipeline.settings).continue_on_step_failure


def go_on(pipeline: PipelineRun) -> None:
    """Reuse and start what is ready in a locked pipeline run, and end it when nothing is left."""
    examiner = Examiner(pipeline.run.workspace)
    started = looked_at = 0
    taken_over: dict[str, UUID] = {}
    waiting = pipeline.steps.filter(state=StepState.WAITING, remaining=0)
    while may_start(pipeline) and (ready := list(waiting.order_by("number")[:WAVE])):
        if started >= MOST_STARTED or looked_at >= MOST_LOOKED_AT:
            queue.enqueue("pipelines.advance", pipeline.run_id)
            break
        sources = _sources(pipeline, ready, examiner, taken_over)
        verdicts = examiner.examine([Question(step.plan, sources) for step in ready])
        looked_at += len(ready)
        pairs = list(zip(ready, verdicts, strict=True))
        taken_over |= _take_over(
            [(step, verdict.result, verdict) for step, verdict in pairs if verdict.result is not None]
        )
        for step, verdict in [pair for pair in pairs if pair[1].result is None][: MOST_STARTED - started]:
            if not may_start(pipeline):  # one of them could not be started
                break
            _start(pipeline, step, examiner.explained(verdict, step.plan), sources)
            started += 1
    _count_down(pipeline, len(taken_over))
    if not finish_if_done(pipeline):
        say(pipeline)


def fail(pipeline: PipelineRun, step: Step, reason: str) -> None:
    """End a step of a locked pipeline run as failed, with what that means for the others."""
    _end(pipeline, step, StepState.FAILED, reason)
    _go_without(pipeline, step, words.failed(step.key, reason), has_failed=True)


def cancel(pipeline: PipelineRun, step: Step, reason: str) -> None:
    """End a step of a locked pipeline run as canceled, with what that means for the others."""
    _end(pipeline, step, StepState.CANCELED, reason)
    _go_without(pipeline, step, words.was_canceled(step.key, reason), has_failed=False)


# --- One step ---


def _start(pipeline: PipelineRun, step: Step, verdict: Verdict, sources: dict[str, Source]) -> None:
    step.attempt += 1
    step.started_at = step.started_at or timezone.now()
    if step.attempt == 1:
        step.reuse = verdict.as_json()
    try:
        with transaction.atomic():
            step.run = start_run(pipeline, step, {node: one.run_id for node, one in sources.items() if one.run_id})
    except UserError as error:
        fail(pipeline, step, str(error.message))
        return
    step.state = StepState.RUNNING
    step.reason = words.tried(step.attempt, step.plan["attempts"])
    step.save(update_fields=CHANGING)


def _complete(pipeline: PipelineRun, step: Step, run: Run) -> None:
    if step.plan["kind"] != "pipeline":
        examiner = Examiner(pipeline.run.workspace)
        verdict = examiner.completed(step.plan, _sources(pipeline, [step], examiner), run)
        if verdict.key:
            _store(pipeline, step, verdict, run)
    _end(pipeline, step, StepState.COMPLETED, step.reason)
    _let_follow([step])


def _store(pipeline: PipelineRun, step: Step, verdict: Verdict, run: Run) -> None:
    """Keep a result for those who do the same later."""
    left = outputs_of([run.pk]).get(run.pk, {})
    facts = {
        "workspace_id": run.workspace_id,
        "key": verdict.key,
        "subject": step.plan["subject"],
        "parts": verdict.parts,
        "labels": verdict.labels,
        "outputs": {name: left.get(name, "") for name in step.plan["outputs"]},
    }
    StepResult.objects.get_or_create(run=run, defaults=facts)
    step.reuse = {**step.reuse, "key": verdict.key}


def _take_over(found: Sequence[tuple[Step, StepResult, Verdict]]) -> dict[str, UUID]:
    """Give steps the earlier runs that did the same. Returns these runs by node; who calls counts them down."""
    if not found:
        return {}
    now = timezone.now()
    for step, result, verdict in found:
        step.state, step.run, step.reuse = StepState.REUSED, result.run, verdict.as_json()
        step.reason, step.started_at, step.ended_at, step.updated_at = words.reused(step.run), now, now, now
    steps = [step for step, _result, _verdict in found]
    fields = ["state", "run", "reuse", "reason", "started_at", "ended_at", "updated_at"]
    if len(steps) == 1:  # as in every chain: one statement instead of three
        steps[0].save(update_fields=fields)
    else:
        Step.objects.bulk_update(steps, fields, batch_size=WAVE)
    _let_follow(steps)
    return {step.key: result.run_id for step, result, _verdict in found}


def _sources(
    pipeline: PipelineRun, steps: Sequence[Step], examiner: Examiner, known: Mapping[str, UUID] | None = None
) -> dict[str, Source]:
    """Return what the steps gave that these read from. Args: known: the runs of some, by node; the others take a query."""
    nodes = {node for step in steps for node in needs_of(step.plan)}
    runs = {node: run_id for node, run_id in (known or {}).items() if node in nodes}
    if unknown := nodes - runs.keys():
        rows = pipeline.steps.filter(key__in=unknown, run__isnull=False)
        runs.update(rows.values_list("key", "run_id"))
    outputs = examiner.outputs_of(set(runs.values()))
    return {key: Source(run_id, outputs[run_id]) for key, run_id in runs.items()}


# --- What an end means for others ---


def _end(pipeline: PipelineRun, step: Step, state: StepState, reason: str) -> None:
    step.state, step.reason = state, reason[: words.LONGEST]
    step.ended_at = step.run.ended_at if step.run is not None and step.run.ended_at else timezone.now()
    step.save(update_fields=CHANGING)
    _count_down(pipeline, 1)


def _let_follow(steps: Sequence[Step]) -> None:
    """Count down what the followers of succeeded steps wait for."""
    links = StepLink.objects.filter(before__in=steps).order_by().values("after")
    by_count: dict[int, list[UUID]] = {}
    for after, count in links.annotate(count=Count("pk")).values_list("after", "count"):
        by_count.setdefault(count, []).append(after)
    for count, followers in by_count.items():
        Step.objects.filter(pk__in=followers).update(remaining=F("remaining") - count)


def _go_without(pipeline: PipelineRun, step: Step, problem: str, *, has_failed: bool) -> None:
    """Skip what needs a step that did not succeed; all that waits, unless the pipeline goes on in spite of it."""
    is_first = not pipeline.problem
    if is_first:
        pipeline.problem = problem
        PipelineRun.objects.filter(pk=pipeline.pk).update(problem=problem)
    if pipeline.run.status == RunStatus.CANCEL_REQUESTED:
        return
    reason = words.skipped_after(step.key, has_failed=has_failed)
    if continues(pipeline):
        level: Collection[UUID] = [step.pk]
        while level:
            links = StepLink.objects.filter(before__in=level, after__state=StepState.WAITING)
            level = set(links.values_list("after", flat=True))
            _skip(pipeline, level, reason)
    elif is_first:
        _skip(pipeline, pipeline.steps.filter(state=StepState.WAITING).values_list("pk", flat=True), reason)
        queue.enqueue("pipelines.stop", pipeline.run_id)


def _skip(pipeline: PipelineRun, ids: Collection[UUID], reason: str) -> None:
    now = timezone.now()
    rows = Step.objects.filter(pk__in=list(ids), state=StepState.WAITING)
    _count_down(pipeline, rows.update(state=StepState.SKIPPED, reason=reason, ended_at=now, updated_at=now))


def _count_down(pipeline: PipelineRun, count: int) -> None:
    if count:
        PipelineRun.objects.filter(pk=pipeline.pk).update(unfinished=F("unfinished") - count)
        pipeline.unfinished -= count
