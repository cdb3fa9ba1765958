"""The states of deployments, their revisions and replicas, and the limits of what they take."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuthMode(models.TextChoices):
    """What whoever calls an endpoint must show."""

    KEY = "key", _("Key")
    TOKEN = "token", _("Token that expires")


class DeploymentState(models.TextChoices):
    """Where a deployment stands."""

    CREATING = "Creating", _("Creating")
    UPDATING = "Updating", _("Updating")
    HEALTHY = "Healthy", _("Healthy")
    UNHEALTHY = "Unhealthy", _("Unhealthy")
    FAILED = "Failed", _("Failed")


# What Azure ML calls these, for programs that wait for one of the last two.
PROVISIONING = {
    DeploymentState.CREATING: "Creating",
    DeploymentState.UPDATING: "Updating",
    DeploymentState.HEALTHY: "Succeeded",
    DeploymentState.UNHEALTHY: "Succeeded",
    DeploymentState.FAILED: "Failed",
}


class RevisionState(models.TextChoices):
    """What became of one set of settings of a deployment."""

    CANDIDATE = "Candidate", _("Being rolled out")
    ACTIVE = "Active", _("In use")
    REPLACED = "Replaced", _("Replaced")
    FAILED = "Failed", _("Failed")


class ReplicaState(models.TextChoices):
    """Where one server of a deployment stands."""

    LOADING = "loading", _("Starting")
    READY = "ready", _("Ready")
    UNHEALTHY = "unhealthy", _("Not answering")
    DRAINING = "draining", _("Finishing")
    ENDED = "ended", _("Ended")


# What a runner may say of its server; that it ended follows from its order.
REPORTED = [(value, label) for value, label in ReplicaState.choices if value != ReplicaState.ENDED]

MOST_INSTANCES = 16
LONGEST_TIMEOUT_MS = 180_000
LONGEST_QUEUE_WAIT_MS = 60_000
MOST_CONCURRENT = 1000
LARGEST_BODY_MB = 100
MOST_QUEUED = 1000
MOST_MIRRORED = 50
# The log of a replica goes on in another file when one has so many MB; so many of them are kept.
LOG_ROTATE_MB = 16
LOGS_KEPT = 4
MOST_PER_MINUTE = 1_000_000
LONGEST_COOL_DOWN_S = 3600
LONGEST_WAKE_WAIT_MS = 180_000
LONGEST_STARTUP_S = 7200
LEAST_SILENCE_S, LONGEST_SILENCE_S = 5, 3600
# ``startup_s``: a server that still loads after this will not come up. ``silence_s``: one that was ready and then answered
# nothing for so long, and for the longest answer, is replaced.
DEFAULT_REQUEST_SETTINGS = {
    "timeout_ms": 5000,
    "max_concurrent": 1,
    "max_queue_wait_ms": 500,
    "startup_s": 900,
    "silence_s": 30,
}
# ``target_utilization``: in percent of ``max_concurrent``. ``cool_down_s``: how long fewer must have been enough before there are
# fewer. ``wake_wait_ms``: how long a request is held while the first replica starts.
DEFAULT_SCALING = {
    "min_instances": 1,
    "max_instances": 4,
    "target_utilization": 70,
    "cool_down_s": 60,
    "wake_wait_ms": 60_000,
}
# How long collected requests are gathered before they become a version of a dataset, in seconds.
ROLLING_S = {"minute": 60, "hour": 3600, "day": 86_400}
DEFAULT_COLLECTION = {"inputs": True, "outputs": True, "sampling_rate": 1.0, "rolling_rate": "hour"}

# What a gateway last said of a load counts for so long; it says it every few seconds while there is one.
LOAD_COUNTS_FOR = timedelta(seconds=15)
# Every gateway has heard by then that a replica gets nothing new: by a message, or by looking itself.
DRAIN_AFTER = timedelta(seconds=5)
# One that does not answer for so long is replaced.
UNHEALTHY_FOR = timedelta(seconds=60)
# Whose failure comes later than this after it was ready is started again at once.
STEADY_AFTER = timedelta(seconds=60)
LONGEST_BACKOFF_S = 60
MOST_LOST = 3


def backoff_s(failures: int) -> int:
    """Return how many seconds to wait before a server is started again that failed so often in a row; none the first time."""
    return 0 if failures < 2 else min(2 ** (failures - 1), LONGEST_BACKOFF_S)
