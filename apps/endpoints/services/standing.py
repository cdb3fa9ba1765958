"""How a deployment stands: what one look of the reconciler finds, and what that is in words."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.endpoints.models import Deployment, Replica, Revision
from apps.endpoints.states import DeploymentState, ReplicaState, RevisionState


@dataclass
class Look:
    """A deployment as one look finds it. ``routes``: whether gateways must hear of what was done."""

    deployment: Deployment
    replicas: list[Replica]
    wanted: int
    now: datetime
    routes: bool = False
    waits_for: str = ""
    ending: list[tuple[UUID | None, str]] = field(default_factory=list)

    def of(self, revision: Revision | None, *states: ReplicaState) -> list[Replica]:
        """Return the open servers of a revision, in some of the states or in any but draining."""
        wanted = states or (ReplicaState.LOADING, ReplicaState.READY, ReplicaState.UNHEALTHY)
        pk = revision.pk if revision else None
        return [replica for replica in self.replicas if replica.revision_id == pk and replica.state in wanted]


def state_of_deployment(look: Look) -> tuple[DeploymentState, str]:
    """Return how a deployment stands, and why, in words."""
    deployment = look.deployment
    if deployment.candidate is not None:
        state = DeploymentState.UPDATING if deployment.revision_id else DeploymentState.CREATING
        return state, look.waits_for or _starting(look, deployment.candidate)
    if deployment.revision is None:
        last = deployment.revisions.order_by("-number").first()
        return DeploymentState.FAILED, last.reason if last else ""
    ready = len(look.of(deployment.revision, ReplicaState.READY))
    if ready >= look.wanted:
        return DeploymentState.HEALTHY, _after_update(look)
    reason = look.waits_for or _starting(look, deployment.revision)
    if ready:
        some = ngettext(
            "%(ready)d of %(wanted)d replica is ready", "%(ready)d of %(wanted)d replicas are ready", look.wanted
        )
        return DeploymentState.HEALTHY, f"{some % {'ready': ready, 'wanted': look.wanted}}: {reason}"
    if deployment.scaling and not deployment.scaling["min_instances"] and not deployment.revision.failures:
        return DeploymentState.HEALTHY, f"{deployment.scale_reason}: {reason}"
    return DeploymentState.UNHEALTHY, reason


def _starting(look: Look, revision: Revision) -> str:
    """Return what its servers are at; where there is none, when the next is started and why the last one ended."""
    loading = look.of(revision, ReplicaState.LOADING, ReplicaState.UNHEALTHY)
    if loading:
        return loading[-1].words or _("a replica is starting")
    last = Replica.objects.filter(revision=revision, state=ReplicaState.ENDED).order_by("-ended_at").first()
    why = last.reason if last else ""
    if revision.retry_at is not None and revision.retry_at > look.now:
        seconds = int((revision.retry_at - look.now).total_seconds()) + 1
        return _("started again in %(seconds)d s after: %(why)s") % {"seconds": seconds, "why": why}
    return why


def _after_update(look: Look) -> str:
    """Return what became of an update that failed, for as long as it is the last one."""
    deployment = look.deployment
    if not look.wanted:
        return deployment.scale_reason or _("it is switched off: no replica is wanted")
    last = deployment.revisions.order_by("-number").first()
    if last is None or deployment.revision is None or last.state != RevisionState.FAILED:
        return ""
    words = _("revision %(new)d could not be started, so revision %(old)d goes on serving: %(why)s")
    return words % {"new": last.number, "old": deployment.revision.number, "why": last.reason}
