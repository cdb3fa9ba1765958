"""The statuses of a run, and what may follow what."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunStatus(models.TextChoices):
    """Where a run stands. Its ``status_reason`` says why, in words."""

    NOT_STARTED = "NotStarted", _("Not started")
    PREPARING = "Preparing", _("Preparing")
    QUEUED = "Queued", _("Queued")
    STARTING = "Starting", _("Starting")
    RUNNING = "Running", _("Running")
    FINALIZING = "Finalizing", _("Finalizing")
    NOT_RESPONDING = "NotResponding", _("Not responding")
    CANCEL_REQUESTED = "CancelRequested", _("Cancel requested")
    COMPLETED = "Completed", _("Completed")
    FAILED = "Failed", _("Failed")
    CANCELED = "Canceled", _("Canceled")


_ENDS = {RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELED}
_ON_MACHINE = {RunStatus.STARTING, RunStatus.RUNNING, RunStatus.FINALIZING, RunStatus.NOT_RESPONDING}

# Preparing: the environment is being built. Queued: waiting for a slot. Starting: a machine has it and fetches what it needs.
TRANSITIONS: dict[RunStatus, set[RunStatus]] = {
    RunStatus.NOT_STARTED: {
        RunStatus.PREPARING,
        RunStatus.QUEUED,
        RunStatus.RUNNING,
        RunStatus.CANCEL_REQUESTED,
        *_ENDS,
    },
    RunStatus.PREPARING: {RunStatus.QUEUED, RunStatus.CANCEL_REQUESTED, *_ENDS},
    RunStatus.QUEUED: {*_ON_MACHINE, RunStatus.CANCEL_REQUESTED, *_ENDS},
    # Back to the queue where the machine was lost before the user's code began, or with a build, which can begin anew.
    RunStatus.STARTING: {*_ON_MACHINE, RunStatus.QUEUED, RunStatus.CANCEL_REQUESTED, *_ENDS},
    RunStatus.RUNNING: {*_ON_MACHINE, RunStatus.QUEUED, RunStatus.CANCEL_REQUESTED, *_ENDS},
    RunStatus.FINALIZING: {*_ON_MACHINE, RunStatus.CANCEL_REQUESTED, *_ENDS},
    RunStatus.NOT_RESPONDING: {*_ON_MACHINE, RunStatus.QUEUED, RunStatus.CANCEL_REQUESTED, *_ENDS},
    RunStatus.CANCEL_REQUESTED: _ENDS,
}
TERMINAL = frozenset(RunStatus).difference(TRANSITIONS)
ACTIVE = frozenset(TRANSITIONS)


class Stage(models.TextChoices):
    """The parts of a run's way, in their order. The first three are the studio's, the others the machine's."""

    SUBMITTED = "submitted", _("Submitted")
    ENVIRONMENT = "environment", _("Environment")
    QUEUE = "queue", _("Queue")
    PREPARE_ENVIRONMENT = "prepare_environment", _("Environment on the machine")
    FETCH_CODE = "fetch_code", _("Code")
    FETCH_INPUTS = "fetch_inputs", _("Inputs")
    RUN = "run", _("Run")
    UPLOAD_OUTPUTS = "upload_outputs", _("Outputs")
    # Of environment builds.
    RESOLVE = "resolve", _("Resolve packages")
    INSTALL = "install", _("Install packages")
