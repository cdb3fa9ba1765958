"""How many servers a deployment has: a number that somebody chose, or one that follows the load."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core import hooks, queue
from apps.core.errors import InvalidInput
from apps.endpoints import limits
from apps.endpoints.autoscaling import Load, decide, needed
from apps.endpoints.models import Deployment, DeploymentLoad
from apps.endpoints.services.endpoints import locked
from apps.endpoints.services.readings import note_scaled
from apps.endpoints.services.rows import locked_deployment, tell, title_of
from apps.endpoints.states import DEFAULT_REQUEST_SETTINGS, LOAD_COUNTS_FOR, MOST_INSTANCES


@transaction.atomic
def scale_deployment(*, actor: User, deployment: Deployment, instance_count: int) -> Deployment:
    """Have a fixed number of servers; none at all keeps the deployment, without an answer."""
    endpoint = locked(actor, deployment.endpoint)
    check_count(instance_count)
    row = locked_deployment(deployment)
    if row.instance_count == instance_count and not row.scaling:
        return row
    before = row.instance_count
    row.instance_count, row.scaling, row.scale_reason = instance_count, {}, ""
    row.save(update_fields=["instance_count", "scaling", "scale_reason", "updated_at"])
    hooks.audit(
        actor, "endpoint.deployment_scaled", endpoint, workspace_id=endpoint.workspace_id, summary=title_of(row),
        count=instance_count,
    )  # fmt: skip
    if before != instance_count:
        note_scaled(row, before, _("set by %(name)s") % {"name": actor.display_name}, by_load=False)
    tell(row)
    return row


@transaction.atomic
def set_scaling(*, actor: User, deployment: Deployment, scaling: Mapping[str, Any]) -> Deployment:
    """Have the number of servers follow the load. Args: scaling: see ``limits.checked_scaling``; empty: it stays as it is now.

    Raises:
        InvalidInput: a number is out of its range.
    """
    endpoint = locked(actor, deployment.endpoint)
    checked = limits.checked_scaling(scaling)
    row = locked_deployment(deployment)
    if row.scaling == checked:
        return row
    before = row.instance_count
    row.scaling, row.scale_reason = checked, ""
    if checked:
        row.instance_count = min(max(row.instance_count, checked["min_instances"]), checked["max_instances"])
        row.busy_at = timezone.now()
    row.save(update_fields=["instance_count", "scaling", "scale_reason", "busy_at", "updated_at"])
    if before != row.instance_count:
        note_scaled(row, before, _("limits set by %(name)s") % {"name": actor.display_name}, by_load=False)
    hooks.audit(
        actor, "endpoint.scaling_set", endpoint, workspace_id=endpoint.workspace_id, summary=title_of(row),
        least=checked.get("min_instances", row.instance_count), most=checked.get("max_instances", row.instance_count),
    )  # fmt: skip
    tell(row)
    return row


@transaction.atomic
def record_loads(gateway: str, loads: Mapping[UUID, Load]) -> None:
    """Store how busy deployments are, as one gateway says, and have those looked after that need more servers at once.

    What belongs to a deployment that was deleted meanwhile is passed over.
    """
    now = timezone.now()
    rows = list(Deployment.objects.filter(pk__in=loads).select_related("revision", "candidate"))
    DeploymentLoad.objects.bulk_create(
        [
            DeploymentLoad(
                deployment=row, gateway=gateway, at=now, busy=loads[row.pk].busy, waiting=loads[row.pk].waiting
            )
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["deployment", "gateway"],
        update_fields=["at", "busy", "waiting"],
    )
    for row in rows:
        if row.scaling and needed(_load_of(row, now), row.scaling, _concurrent(row)) > row.instance_count:
            queue.enqueue("endpoints.reconcile", row.pk)


def follow_load(deployment: Deployment) -> None:
    """Change how many servers a deployment shall have, where it follows its load. The row is locked, and not saved here."""
    scaling, count = deployment.scaling, deployment.instance_count
    if not scaling:
        return
    now = timezone.now()
    load = _load_of(deployment, now)
    enough_since = deployment.busy_at or deployment.created_at
    wanted = decide(count, load, scaling, _concurrent(deployment), (now - enough_since).total_seconds())
    if wanted < count and deployment.candidate_id:
        return  # what is rolled out must show that it comes up
    if wanted != count:
        deployment.instance_count, deployment.scaled_at, deployment.busy_at = wanted, now, now
        deployment.scale_reason = _reason(count, wanted, load, scaling)
        note_scaled(deployment, count, deployment.scale_reason, by_load=True)
    elif count > scaling["min_instances"] and needed(load, scaling, _concurrent(deployment)) >= count:
        deployment.busy_at = now
        Deployment.objects.filter(pk=deployment.pk).update(busy_at=now)


def drop_old_loads(before: datetime) -> None:
    """Forget what gateways said that have ended."""
    DeploymentLoad.objects.filter(at__lt=before).delete()


def _load_of(deployment: Deployment, now: datetime) -> Load:
    fresh = DeploymentLoad.objects.filter(deployment=deployment, at__gte=now - LOAD_COUNTS_FOR)
    total = fresh.aggregate(busy=Sum("busy"), waiting=Sum("waiting"))
    return Load(total["busy"] or 0.0, total["waiting"] or 0)


def _concurrent(deployment: Deployment) -> int:
    revision = deployment.revision or deployment.candidate
    return (revision.requests if revision else DEFAULT_REQUEST_SETTINGS)["max_concurrent"]


def _reason(count: int, wanted: int, load: Load, scaling: Mapping[str, int]) -> str:
    """Return why there are other servers than before, in words."""
    if not count:
        return _("woken by a request")
    if not wanted:
        return _("asleep after %(seconds)d s without a request; the next one wakes it") % {
            "seconds": scaling["cool_down_s"]
        }
    if wanted < count:
        words = _("from %(old)d to %(new)d replicas: fewer were enough for %(seconds)d s")
        return words % {"old": count, "new": wanted, "seconds": scaling["cool_down_s"]}
    if wanted <= scaling["min_instances"]:
        return ngettext("at least %(new)d replica is wanted", "at least %(new)d replicas are wanted", wanted) % {
            "new": wanted
        }
    words = _("from %(old)d to %(new)d replicas: %(busy).1f requests at once, and each shall be busy to %(target)d %%")
    return words % {"old": count, "new": wanted, "busy": load.busy, "target": scaling["target_utilization"]}


def check_count(count: int) -> None:
    """Raise InvalidInput where there cannot be so many servers."""
    if not 0 <= count <= MOST_INSTANCES:
        raise InvalidInput({"instance_count": [_("This is a number from 0 to %(most)d.") % {"most": MOST_INSTANCES}]})
