"""How many servers a deployment has: a number that somebody chose, or one that follows the load."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import hooks
from apps.core.errors import InvalidInput
from apps.endpoints import limits
from apps.endpoints.models import Deployment
from apps.endpoints.services.endpoints import locked
from apps.endpoints.services.rows import locked_deployment, tell, title_of
from apps.endpoints.states import MOST_INSTANCES


@transaction.atomic
def scale_deployment(*, actor: User, deployment: Deployment, instance_count: int) -> Deployment:
    """Have a fixed number of servers; none at all keeps the deployment, without an answer."""
    endpoint = locked(actor, deployment.endpoint)
    check_count(instance_count)
    row = locked_deployment(deployment)
    if row.instance_count == instance_count and not row.scaling:
        return row
    row.instance_count, row.scaling, row.scale_reason = instance_count, {}, ""
    row.save(update_fields=["instance_count", "scaling", "scale_reason", "updated_at"])
    hooks.audit(
        actor, "endpoint.deployment_scaled", endpoint, workspace_id=endpoint.workspace_id, summary=title_of(row),
        count=instance_count,
    )  # fmt: skip
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
    row.scaling, row.scale_reason = checked, ""
    if checked:
        row.instance_count = min(max(row.instance_count, checked["min_instances"]), checked["max_instances"])
        row.busy_at = timezone.now()
    row.save(update_fields=["instance_count", "scaling", "scale_reason", "busy_at", "updated_at"])
    hooks.audit(
        actor, "endpoint.scaling_set", endpoint, workspace_id=endpoint.workspace_id, summary=title_of(row),
        least=checked.get("min_instances", row.instance_count), most=checked.get("max_instances", row.instance_count),
    )  # fmt: skip
    tell(row)
    return row


def check_count(count: int) -> None:
    """Raise InvalidInput where there cannot be so many servers."""
    if not 0 <= count <= MOST_INSTANCES:
        raise InvalidInput({"instance_count": [_("This is a number from 0 to %(most)d.") % {"most": MOST_INSTANCES}]})
