"""What can be done with pipelines."""

from apps.pipelines.services.ending import cancel_asked
from apps.pipelines.services.engine import advance, run_ended, settle
from apps.pipelines.services.looking import PlannedStep, plan_pipeline, steps_of
from apps.pipelines.services.submitting import (
    clone_of,
    graph_of,
    pipeline_of,
    repeat,
    resubmit_pipeline,
    resume_pipeline,
    submit_pipeline,
)
from apps.pipelines.services.watching import stop_steps, watch

__all__ = [
    "PlannedStep",
    "advance",
    "cancel_asked",
    "clone_of",
    "graph_of",
    "pipeline_of",
    "plan_pipeline",
    "repeat",
    "resubmit_pipeline",
    "resume_pipeline",
    "run_ended",
    "settle",
    "steps_of",
    "stop_steps",
    "submit_pipeline",
    "watch",
]
