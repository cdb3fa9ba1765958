"""The reconciler of deployments: it brings the servers to what a deployment shall be. Harmless when run twice."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core import hooks
from apps.endpoints.events import endpoints_changed, routes_changed
from apps.endpoints.models import Deployment, Replica, Revision
from apps.endpoints.services.placing import start_replica
from apps.endpoints.services.replicas import end_order
from apps.endpoints.services.scaling import follow_load
from apps.endpoints.services.standing import Look, state_of_deployment
from apps.endpoints.states import (
    DRAIN_AFTER,
    MOST_LOST,
    UNHEALTHY_FOR,
    ReplicaState,
    RevisionState,
)
from apps.environments.services import state_of
from apps.experiments.hooks import ResolvedEnvironment
from apps.registry.states import VersionState
from apps.workspaces.services.shared import in_language_of


def reconcile_all() -> int:
    """Look at every deployment where there may be something to do. Returns how many were looked at."""
    live = Q(candidate__isnull=False) | Q(revision__isnull=False) | ~Q(replicas__state=ReplicaState.ENDED)
    pks = list(Deployment.objects.filter(live).values_list("pk", flat=True).distinct())
    for pk in pks:
        reconcile(pk)
    return len(pks)


def reconcile(deployment_id: UUID) -> None:
    """Start, replace and end servers of a deployment, and say how it stands."""
    with transaction.atomic():
        rows = Deployment.objects.select_for_update(of=("self",)).select_related(
            "endpoint__workspace", "revision__model__model", "revision__snapshot", "revision__created_by",
            "candidate__model__model", "candidate__snapshot", "candidate__created_by",
        )  # fmt: skip
        deployment = rows.filter(pk=deployment_id).first()
        if deployment is None:
            return
        was = _standing(deployment)
        follow_load(deployment)
        look = _look_at(deployment)
        _give_up_hung(look)
        _roll_out(look)
        _keep_up(look)
        _drain_others(look)
        deployment.state, deployment.reason = state_of_deployment(look)
        deployment.reason = deployment.reason[:2000]
        has_changed = was != _standing(deployment)
        if has_changed:
            deployment.save()
        if has_changed or look.routes:
            endpoints_changed(deployment.endpoint.workspace_id)
        if look.routes:
            routes_changed()
        for order_id, reason in look.ending:
            end_order(order_id, reason)


def _standing(deployment: Deployment) -> tuple[object, ...]:
    return (
        deployment.state, deployment.reason, deployment.revision_id, deployment.candidate_id, deployment.instance_count,
    )  # fmt: skip


def _look_at(deployment: Deployment) -> Look:
    replicas = Replica.objects.filter(deployment=deployment).exclude(state=ReplicaState.ENDED)
    in_trash = deployment.endpoint.workspace.deleted_at is not None
    return Look(
        deployment=deployment,
        replicas=list(replicas.select_related("run__order", "revision").order_by("created_at", "pk")),
        wanted=0 if in_trash else deployment.instance_count,
        now=timezone.now(),
    )


def _give_up_hung(look: Look) -> None:
    """Have servers ended that do not come up, or no longer answer; others take their place."""
    for replica in look.replicas:
        order = replica.run.order if replica.run else None
        if order is None:
            continue
        seconds = replica.revision.requests["startup_s"]
        startup = timedelta(seconds=seconds)
        if replica.state == ReplicaState.LOADING and order.began_at and look.now - order.began_at > startup:
            reason = _("it was not ready within %(seconds)d s") % {"seconds": seconds}
        elif (
            replica.state == ReplicaState.UNHEALTHY
            and replica.unhealthy_since
            and look.now - replica.unhealthy_since > UNHEALTHY_FOR
        ):
            reason = replica.reason or _("it no longer answers")
        else:
            continue
        if replica.unhealthy_since is None:
            replica.unhealthy_since = look.now
            replica.save(update_fields=["unhealthy_since", "updated_at"])
        look.ending.append((order.pk, reason))


def _roll_out(look: Look) -> None:
    """Start what shall serve; once all of it is ready it takes over, and where it fails what serves stays."""
    deployment, candidate = look.deployment, look.deployment.candidate
    if candidate is None:
        return
    if failure := _failure_of(look, candidate):
        _fail(look, candidate, failure)
        return
    environment = _environment_of(look, candidate)
    if environment is None:
        return
    _fill(look, candidate, environment)
    if len(look.of(candidate, ReplicaState.READY)) < look.wanted:
        return
    if deployment.revision is not None:
        Revision.objects.filter(pk=deployment.revision.pk).update(state=RevisionState.REPLACED)
    Revision.objects.filter(pk=candidate.pk).update(state=RevisionState.ACTIVE, failures=0, reason="")
    deployment.revision, deployment.candidate = candidate, None
    look.routes = True


def _failure_of(look: Look, candidate: Revision) -> str:
    """Return why a candidate will not come up; empty while it still may."""
    ended = Replica.objects.filter(revision=candidate, state=ReplicaState.ENDED).select_related("run__order")
    last = ended.order_by("-ended_at").first()
    if candidate.failures == 0 or last is None:
        return ""
    order = last.run.order if last.run else None
    is_its_own = order is None or order.error_code != "SystemError"
    if order is not None and order.outcome == "lost":
        is_its_own = False
    return last.reason or _("it ended by itself") if is_its_own or candidate.failures >= MOST_LOST else ""


def _fail(look: Look, candidate: Revision, reason: str) -> None:
    deployment = look.deployment
    Revision.objects.filter(pk=candidate.pk).update(state=RevisionState.FAILED, reason=reason[:2000])
    candidate.state, candidate.reason = RevisionState.FAILED, reason
    deployment.candidate = None
    look.routes = True
    user = candidate.created_by
    if user is None:
        return
    with in_language_of(user):
        title = _("“%(deployment)s” of the endpoint %(endpoint)s could not be started")
        hooks.notify(
            user,
            title % {"deployment": deployment.name, "endpoint": deployment.endpoint.name},
            body=reason[:500],
            url=deployment.endpoint.get_absolute_url(),
            level="error",
            kind="endpoint.failed",
        )


def _environment_of(look: Look, revision: Revision) -> ResolvedEnvironment | None:
    """Return a revision's environment where all that its servers need is ready; else note what they wait for."""
    model = revision.model
    if model is not None and model.state != VersionState.READY:
        if model.state == VersionState.FAILED:
            _fail_or_wait(look, revision, model.state_reason)
        else:
            look.waits_for = model.state_reason or _("the model's files are being copied")
        return None
    if model is None and revision.model_name:
        _fail_or_wait(look, revision, _("the model %(name)s was deleted") % {"name": revision.model_name})
        return None
    environment = state_of(revision.environment)
    if environment is None or environment.has_failed:
        reason = environment.reason if environment else _("it was deleted")
        words = _("the environment %(name)s cannot be used: %(reason)s")
        _fail_or_wait(look, revision, words % {"name": revision.environment_name, "reason": reason})
        return None
    if not environment.is_ready:
        look.waits_for = environment.reason
        return None
    return environment


def _fail_or_wait(look: Look, revision: Revision, reason: str) -> None:
    if look.deployment.candidate is not None and look.deployment.candidate.pk == revision.pk:
        _fail(look, revision, reason)
    else:
        look.waits_for = reason


def _keep_up(look: Look) -> None:
    """See that as many servers of the active revision are there as there shall be."""
    revision = look.deployment.revision
    if revision is None:
        return
    open_ones = look.of(revision)
    # What answers goes last, and of these the oldest.
    by_worth = sorted(open_ones, key=lambda one: (one.state == ReplicaState.READY, -one.created_at.timestamp()))
    for replica in by_worth[: max(0, len(open_ones) - look.wanted)]:
        _drain(look, replica)
    if len(look.of(revision)) < look.wanted:
        environment = _environment_of(look, revision)
        if environment is not None:
            _fill(look, revision, environment)


def _fill(look: Look, revision: Revision, environment: ResolvedEnvironment) -> None:
    missing = look.wanted - len(look.of(revision))
    if missing <= 0 or (revision.retry_at is not None and revision.retry_at > look.now):
        return
    for _number in range(missing):
        look.replicas.append(start_replica(look.deployment, revision, environment))


def _drain_others(look: Look) -> None:
    """Have servers of what neither serves nor shall serve finish, and end those that had the time for it."""
    kept = {look.deployment.revision_id, look.deployment.candidate_id}
    for replica in look.replicas:
        if replica.revision_id not in kept and replica.state != ReplicaState.DRAINING:
            _drain(look, replica)
        if replica.state == ReplicaState.DRAINING and replica.draining_at is not None:
            time_is_up = look.now >= replica.draining_at + DRAIN_AFTER
            if time_is_up or replica.ready_at is None:
                order_id = replica.run.order_id if replica.run else None
                look.ending.append((order_id, _("another takes its place")))


def _drain(look: Look, replica: Replica) -> None:
    replica.state, replica.draining_at = ReplicaState.DRAINING, look.now
    replica.save(update_fields=["state", "draining_at", "updated_at"])
    look.routes = True
