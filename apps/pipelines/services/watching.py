"""Bring steps and their runs together where a process died in between. Harmless when run twice, or by two workers at once."""

import logging
from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.db.models import Q

from apps.experiments.models import Run
from apps.experiments.states import ACTIVE, TERMINAL, RunStatus
from apps.pipelines.models import PipelineRun, Step
from apps.pipelines.services.ending import stop
from apps.pipelines.services.engine import advance, continues, settle
from apps.pipelines.states import StepState

logger = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 500


def watch() -> int:
    """Settle steps whose runs ended unnoticed, start what is ready, end what has nothing left. Returns how much there was."""
    ended = Step.objects.filter(Q(run__status__in=TERMINAL) | Q(run=None), state=StepState.RUNNING)
    done = sum(_try(settle, step_id) for step_id in list(ended.values_list("pk", flat=True)[:MOST_AT_ONCE]))
    # Those first whose steps end others: a pipeline within a pipeline.
    going_on = PipelineRun.objects.filter(unfinished__gt=0).select_related("run").order_by("-created_at")
    for pipeline in going_on[:MOST_AT_ONCE]:
        if pipeline.run.status not in ACTIVE:
            continue
        if pipeline.run.status == RunStatus.CANCEL_REQUESTED or (pipeline.problem and not continues(pipeline)):
            if Run.objects.filter(parent=pipeline.run, status__in=ACTIVE - {RunStatus.CANCEL_REQUESTED}).exists():
                done += _try(stop_steps, pipeline.run_id)
        elif pipeline.steps.filter(state=StepState.WAITING, remaining=0).exists():
            done += _try(advance, pipeline.run_id)
    return done


def stop_steps(run_id: UUID) -> None:
    """Ask the steps of a pipeline to end that cannot be completed any more."""
    pipeline = PipelineRun.objects.filter(run=run_id).select_related("run").first()
    if pipeline is not None and not pipeline.run.is_over:
        stop(pipeline)


def _try(act: Callable[[UUID], None], of: UUID) -> int:
    """Do it, whatever is wrong with another."""
    try:
        act(of)
    except Exception:
        logger.exception("%s could not be looked after.", of)
        return 0
    return 1
