"""How pipeline runs end, and what they say until then."""

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.experiments.events import run_changed
from apps.experiments.models import Run
from apps.experiments.services import cancel_below, lend_files
from apps.experiments.services.reactions import USER_ERROR, finish
from apps.experiments.states import RunStatus
from apps.pipelines.models import PipelineRun, Step
from apps.pipelines.services import words
from apps.pipelines.states import SUCCEEDED, StepState


def finish_if_done(pipeline: PipelineRun) -> bool:
    """End a locked pipeline run of which no step goes on. Returns whether it has ended."""
    if pipeline.unfinished > 0:
        return False
    run = pipeline.run
    unsuccessful = pipeline.steps.exclude(state__in=SUCCEEDED)
    if not unsuccessful.exists():
        _complete(pipeline)
    elif run.status == RunStatus.CANCEL_REQUESTED:
        finish(run, RunStatus.CANCELED, status_reason=run.status_reason)
    elif unsuccessful.filter(state=StepState.FAILED).exists():
        _fail(run, pipeline.problem)
    else:  # somebody canceled a step, not the whole
        finish(run, RunStatus.CANCELED, status_reason=pipeline.problem)
    return True


def say(pipeline: PipelineRun) -> None:
    """Let the run of a pipeline, and its pages, know how far it is."""
    run = pipeline.run
    if run.status == RunStatus.RUNNING:
        total = int(run.config["steps"])
        running = pipeline.steps.filter(state=StepState.RUNNING, remaining=0).order_by("number")  # as an index has them
        keys = list(running.values_list("key", flat=True)[: words.MOST_NAMED + 1])
        count = running.count() if len(keys) > words.MOST_NAMED else len(keys)
        reason = words.going_on(keys, count, done=total - pipeline.unfinished, total=total)
        if reason != run.status_reason:
            Run.objects.filter(pk=run.pk).update(status_reason=reason, updated_at=timezone.now())
            run.status_reason = reason
    run_changed(run)


def cancel_asked(run: Run) -> None:
    """Begin nothing more of a pipeline whose end was asked for. Fills ``experiments.hooks.cancel_asked``; the run is locked."""
    pipeline = PipelineRun.objects.filter(run=run).first()
    if pipeline is None:
        return
    pipeline.run = run
    now = timezone.now()
    waiting = pipeline.steps.filter(state=StepState.WAITING)
    count = waiting.update(state=StepState.CANCELED, reason=run.status_reason, ended_at=now, updated_at=now)
    pipeline.unfinished -= count
    PipelineRun.objects.filter(pk=pipeline.pk).update(unfinished=pipeline.unfinished)
    finish_if_done(pipeline)


def stop(pipeline: PipelineRun) -> None:
    """Ask the steps to end that still run in a pipeline which cannot be completed. Harmless when repeated."""
    reason = pipeline.problem if pipeline.run.status == RunStatus.RUNNING else pipeline.run.status_reason
    cancel_below(pipeline.run, reason[:500])


def _complete(pipeline: PipelineRun) -> None:
    """Show the outputs of its steps as those of the pipeline, and end it."""
    run = pipeline.run
    for name, output in (run.config.get("outputs") or {}).items():
        step = Step.objects.select_related("run").filter(pipeline=pipeline, key=output["node"]).first()
        source, target = f"outputs/{output['output']}", f"outputs/{name}"
        if step is None or step.run is None or not lend_files(run=run, origin=step.run, source=source, target=target):
            words_ = _(
                "the output “%(output)s” of step %(step)s, which it shall leave as “%(name)s”, is no longer there"
            )
            _fail(run, words_ % {"output": output["output"], "step": output["node"], "name": name})
            return
    reused = pipeline.steps.filter(state=StepState.REUSED).count()
    finish(run, RunStatus.COMPLETED, status_reason=words.completed(int(run.config["steps"]), reused))


def _fail(run: Run, reason: str) -> None:
    error = {"code": USER_ERROR, "message": reason, "detail": ""}
    finish(run, RunStatus.FAILED, status_reason=reason, error=error)
