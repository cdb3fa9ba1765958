"""Endpoints in words and colours."""

from collections.abc import Iterable
from typing import Final, Literal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.core.lists import Status
from apps.endpoints.models import Deployment
from apps.endpoints.states import DeploymentState, ReplicaState, RevisionState

Tone = Literal["ok", "busy", "warn", "bad", "idle"]

DEPLOYMENT_TONES: Final[dict[DeploymentState, Tone]] = {
    DeploymentState.CREATING: "busy",
    DeploymentState.UPDATING: "busy",
    DeploymentState.HEALTHY: "ok",
    DeploymentState.UNHEALTHY: "bad",
    DeploymentState.FAILED: "bad",
}
REPLICA_TONES: Final[dict[ReplicaState, Tone]] = {
    ReplicaState.LOADING: "busy",
    ReplicaState.READY: "ok",
    ReplicaState.UNHEALTHY: "bad",
    ReplicaState.DRAINING: "warn",
    ReplicaState.ENDED: "idle",
}
REVISION_TONES: Final[dict[str, Tone]] = {
    RevisionState.CANDIDATE: "busy",
    RevisionState.ACTIVE: "ok",
    RevisionState.REPLACED: "idle",
    RevisionState.FAILED: "bad",
}
# Of several deployments the endpoint shows what needs to be looked at first.
_WORST_FIRST = (
    DeploymentState.UNHEALTHY,
    DeploymentState.FAILED,
    DeploymentState.CREATING,
    DeploymentState.UPDATING,
    DeploymentState.HEALTHY,
)


def status_of(deployment: Deployment) -> Status:
    """Return the state of a deployment as a badge."""
    state = DeploymentState(deployment.state)
    return Status(DEPLOYMENT_TONES[state], state.label, deployment.reason)


def status_of_all(deployments: Iterable[Deployment]) -> Status:
    """Return the state of an endpoint as a badge: of its deployments, the one to look at first."""
    states = {DeploymentState(deployment.state) for deployment in deployments}
    worst = next((state for state in _WORST_FIRST if state in states), None)
    return Status(DEPLOYMENT_TONES[worst], worst.label) if worst else Status("idle", _("No deployment"))


def sentence(words: str) -> str:
    """Return a reason as a sentence begins; the name of a file stays as it is."""
    first = words.partition(" ")[0]
    return words if "." in first.rstrip(".") else words[:1].upper() + words[1:]


def collected_in_words(deployment: Deployment) -> str:
    """Return what is collected of a deployment's requests."""
    said = deployment.collection
    if not said:
        return _("Nothing")
    both, inputs, outputs = _("requests and answers"), _("requests"), _("answers")
    what = both if said["inputs"] and said["outputs"] else inputs if said["inputs"] else outputs
    share = number_format(said["sampling_rate"] * 100, 2 if said["sampling_rate"] < 0.1 else 0)
    every = {"minute": _("every minute"), "hour": _("every hour"), "day": _("every day")}[said["rolling_rate"]]
    words = _("%(what)s, %(share)s %% of them, a new version %(every)s")
    return words % {"what": what, "share": share, "every": every}
