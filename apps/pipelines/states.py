"""Where the steps of a pipeline run stand, and what kinds of components there are."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ComponentKind(models.TextChoices):
    """What carries a component out."""

    COMMAND = "command", _("Command")
    PARALLEL = "parallel", _("Parallel")
    PIPELINE = "pipeline", _("Pipeline")
    BUILTIN = "builtin", _("Built-in")


class StepState(models.TextChoices):
    """Where a step stands. While it runs, its run says more."""

    WAITING = "Waiting", _("Waiting")
    RUNNING = "Running", _("Running")
    COMPLETED = "Completed", _("Completed")
    REUSED = "Reused", _("Reused")
    FAILED = "Failed", _("Failed")
    CANCELED = "Canceled", _("Canceled")
    SKIPPED = "Skipped", _("Skipped")


SUCCEEDED = frozenset({StepState.COMPLETED, StepState.REUSED})
ENDED = frozenset(StepState) - {StepState.WAITING, StepState.RUNNING}
