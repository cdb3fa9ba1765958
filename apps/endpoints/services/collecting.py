"""Requests and answers that are kept as datasets."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.core import hooks
from apps.endpoints import limits
from apps.endpoints.models import CollectedPart, Deployment
from apps.endpoints.services.endpoints import locked
from apps.endpoints.services.rows import locked_deployment, tell, title_of
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting


@transaction.atomic
def set_collection(*, actor: User, deployment: Deployment, collection: Mapping[str, Any]) -> Deployment:
    """Say what is collected of a deployment's requests from now on. Args: collection: see ``limits.checked_collection``.

    The datasets are written in the actor's name.

    Raises:
        InvalidInput: a value cannot be used. NotAllowed: the actor may not write datasets.
    """
    endpoint = locked(actor, deployment.endpoint)
    checked = limits.checked_collection(collection)
    if checked:
        acting(actor, endpoint.workspace, Action.DATA_WRITE)
    row = locked_deployment(deployment)
    if row.collection == checked and (not checked or row.collected_for_id == actor.pk):
        return row
    row.collection, row.collection_reason = checked, ""
    row.collected_for = actor if checked else None
    # What could not be written in an earlier one's name is tried in this one's.
    CollectedPart.objects.filter(deployment=row.pk).update(collected_for=actor, updated_at=row.created_at)
    row.save(update_fields=["collection", "collection_reason", "collected_for", "updated_at"])
    verb = "endpoint.collection_set" if checked else "endpoint.collection_ended"
    hooks.audit(actor, verb, endpoint, workspace_id=endpoint.workspace_id, summary=title_of(row))
    tell(row)
    return row
