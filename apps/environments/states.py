"""The states of an environment build."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BuildState(models.TextChoices):
    """Whether an environment can be used."""

    QUEUED = "Queued", _("Queued")
    RUNNING = "Running", _("Running")
    SUCCEEDED = "Succeeded", _("Succeeded")
    FAILED = "Failed", _("Failed")


TRANSITIONS: dict[BuildState, set[BuildState]] = {
    BuildState.QUEUED: {BuildState.RUNNING, BuildState.SUCCEEDED, BuildState.FAILED},
    BuildState.RUNNING: {BuildState.SUCCEEDED, BuildState.FAILED},
}
