"""The servers of deployments: what their runners say of them, and how they end."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.compute.models import WorkKind, WorkOrder
from apps.compute.services import request_cancel
from apps.compute.states import Outcome, WorkState
from apps.core import queue
from apps.endpoints.events import endpoints_changed, routes_changed
from apps.endpoints.models import Replica, Revision
from apps.endpoints.services.replica_logs import has_old_logs
from apps.endpoints.states import DRAIN_AFTER, STEADY_AFTER, ReplicaState, backoff_s
from apps.experiments.models import Run


@transaction.atomic
def record_report(
    order: WorkOrder,
    *,
    state: str,
    reason: str = "",
    address: str = "",
    schema: dict[str, Any] | None = None,
    figures: dict[str, Any] | None = None,
) -> bool:
    """Store what a runner says of its server. Harmless when repeated.

    Args: state: one of ``states.REPORTED``. schema: what it takes and gives, as soon as that is known.
    Returns: whether it shall finish what it has, and end.
    """
    replica = _find(order.subject_id)
    if replica is None or not replica.is_open or order.is_over:
        return True
    now = timezone.now()
    was = (replica.state, replica.address, replica.reason)
    if replica.state != ReplicaState.DRAINING:
        replica.state = ReplicaState(state)
    replica.reason = reason
    replica.address = address or replica.address
    replica.figures = figures if figures is not None else replica.figures
    if state == ReplicaState.READY:
        replica.ready_at = replica.ready_at or now
        replica.unhealthy_since = None
    elif state == ReplicaState.UNHEALTHY:
        replica.unhealthy_since = replica.unhealthy_since or now
    replica.save()
    if schema and replica.revision.schema != schema:
        Revision.objects.filter(pk=replica.revision_id).update(schema=schema, updated_at=now)
    if was != (replica.state, replica.address, replica.reason):
        _tell(replica)
    if replica.run_id is not None and has_old_logs(replica.run_id):
        queue.enqueue("endpoints.drop_old_logs", replica.run_id)
    return replica.draining_at is not None and replica.draining_at + DRAIN_AFTER <= now


def follow_order(order: WorkOrder) -> None:
    """Note that a server has ended, and why. Called in the transaction that changed the order; harmless when repeated."""
    if order.kind != WorkKind.REPLICA:
        return
    replica = _find(order.subject_id)
    if replica is None or not replica.is_open:
        return
    if order.state != WorkState.ENDED:
        endpoints_changed(order.workspace_id)
        return
    # One that is replaced because it did not answer was asked to end, and failed nevertheless.
    is_our_wish = order.outcome == Outcome.CANCELED and replica.unhealthy_since is None
    failed = replica.draining_at is None and not is_our_wish
    replica.reason = (
        order.cancel_reason or order.reason or replica.reason or (_("it ended by itself") if failed else "")
    )
    replica.state, replica.ended_at = ReplicaState.ENDED, timezone.now()
    replica.save()
    if failed:
        _count_failure(replica)
    _tell(replica)


def end_all(**which: Any) -> None:
    """Have servers end at once, and their rows and logs go: what they belong to goes away. Args: which: of ``Replica``."""
    rows = Replica.objects.filter(**which).select_related("run__order")
    for replica in rows:
        run = replica.run
        if run is None:
            continue
        if replica.is_open and run.order is not None:
            end_order(run.order_id, _("the deployment was deleted"))
        Run.objects.filter(pk=run.pk).update(deleted_at=timezone.now())
        queue.enqueue("experiments.free_run", run.pk, delay_s=60)


def end_order(order_id: UUID | None, reason: str) -> None:
    """Ask for the end of a server, after the present transaction: whoever locks orders and replicas locks the order first."""

    def ask() -> None:
        order = WorkOrder.objects.filter(pk__in=[order_id]).first()
        if order is not None and not order.is_over:
            request_cancel(order, reason)

    transaction.on_commit(ask)


def _find(run_id: UUID) -> Replica | None:
    rows = Replica.objects.select_for_update(of=("self",)).select_related("revision", "deployment__endpoint")
    return rows.filter(run=run_id).first()


def _count_failure(replica: Replica) -> None:
    """Have the next server wait longer, the more of them failed in a row."""
    now = timezone.now()
    was_steady = replica.ready_at is not None and now - replica.ready_at > STEADY_AFTER
    failures = 1 if was_steady else replica.revision.failures + 1
    retry_at = now + timedelta(seconds=backoff_s(failures))
    Revision.objects.filter(pk=replica.revision_id).update(failures=failures, retry_at=retry_at, updated_at=now)


def _tell(replica: Replica) -> None:
    queue.enqueue("endpoints.reconcile", replica.deployment_id)
    endpoints_changed(replica.deployment.endpoint.workspace_id)
    routes_changed()
