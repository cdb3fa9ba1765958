"""Make endpoints, describe them, give out their keys and delete them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from apps.core import hooks, keys
from apps.core.errors import InvalidInput
from apps.endpoints import tokens
from apps.endpoints.errors import EndpointExists, EndpointUnknown, NameNotConfirmed
from apps.endpoints.events import endpoints_changed, routes_changed
from apps.endpoints.models import Endpoint
from apps.endpoints.services.replicas import end_all
from apps.endpoints.states import AuthMode
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields, lock
from apps.workspaces.tags import validate_tags

EDITABLE = ("description", "tags", "auth_mode", "requests_per_minute")
PREFIX = "ep"


@dataclass(frozen=True)
class CallToken:
    """A token that opens an endpoint until ``expires_at``; a new one should be asked for after ``refresh_after``."""

    value: str
    expires_at: datetime
    refresh_after: datetime


@transaction.atomic
def create_endpoint(
    *,
    actor: User,
    workspace: Workspace,
    name: str,
    description: str = "",
    auth_mode: str = AuthMode.KEY,
    tags: Mapping[str, str] | None = None,
    requests_per_minute: int | None = None,
) -> Endpoint:
    """Make an endpoint with keys of its own and no deployment yet. Args: requests_per_minute: a quota for each of its keys.

    Raises:
        EndpointExists: the name is taken. InvalidInput: a field breaks its rule.
    """
    workspace = lock(workspace)
    acting(actor, workspace, Action.ENDPOINTS_WRITE)
    endpoint = Endpoint(
        workspace=workspace,
        name=name,
        description=description,
        auth_mode=auth_mode,
        tags=dict(tags or {}),
        requests_per_minute=requests_per_minute,
        created_by=actor,
        **keys.new_pair(PREFIX),
    )
    _check(endpoint, "name", "description", "auth_mode", "requests_per_minute")
    try:
        with transaction.atomic():
            endpoint.save(force_insert=True)
    except IntegrityError:
        raise EndpointExists(name) from None
    hooks.audit(actor, "endpoint.created", endpoint, workspace_id=workspace.pk, summary=name)
    endpoints_changed(workspace.pk)
    routes_changed()
    return endpoint


def find_endpoint(workspace: Workspace, name: str) -> Endpoint:
    """Return the endpoint of this name.

    Raises:
        EndpointUnknown: there is none.
    """
    rows = Endpoint.objects.filter(workspace=workspace, name=name.replace("\x00", "").lower())
    endpoint = rows.select_related("workspace", "created_by").first()
    if endpoint is None:
        raise EndpointUnknown(name[:80])
    return endpoint


@transaction.atomic
def edit_endpoint(*, actor: User, endpoint: Endpoint, changes: Mapping[str, Any]) -> Endpoint:
    """Change description, tags, quota, or what callers must show.

    Raises:
        InvalidInput: a value cannot be used.
    """
    row = locked(actor, endpoint)
    changed = [name for name in EDITABLE if name in changes and getattr(row, name) != changes[name]]
    for name in changed:
        setattr(row, name, changes[name])
    _check(row, *changed)
    if not changed:
        return row
    row.save(update_fields=[*changed, "updated_at"])
    hooks.audit(actor, "endpoint.edited", row, workspace_id=row.workspace_id, summary=row.name)
    endpoints_changed(row.workspace_id)
    if {"auth_mode", "requests_per_minute"} & set(changed):
        routes_changed()
    return row


@transaction.atomic
def delete_endpoint(*, actor: User, endpoint: Endpoint, confirmed_name: str) -> None:
    """Delete an endpoint with its deployments; their servers end.

    Raises:
        NameNotConfirmed: ``confirmed_name`` is not its name.
    """
    row = locked(actor, endpoint)
    if confirmed_name != row.name:
        raise NameNotConfirmed(row.name)
    hooks.audit(actor, "endpoint.deleted", row, workspace_id=row.workspace_id, summary=row.name)
    end_all(deployment__endpoint=row)
    row.delete()
    endpoints_changed(row.workspace_id)
    routes_changed()


def keys_of(*, actor: User, endpoint: Endpoint) -> keys.Keys:
    """Return the keys of an endpoint, to somebody who may have them."""
    acting(actor, endpoint.workspace, Action.ENDPOINTS_KEYS)
    return keys.keys_in(endpoint)


@transaction.atomic
def regenerate_key(*, actor: User, endpoint: Endpoint, which: str) -> keys.Keys:
    """Replace one of the keys; the old one opens nothing any more within seconds.

    Args: which: ``primary`` or ``secondary``.
    """
    row = locked(actor, endpoint, Action.ENDPOINTS_KEYS)
    row.save(update_fields=[*keys.replace(row, which, PREFIX), "updated_at"])
    hooks.audit(actor, "endpoint.key_regenerated", row, workspace_id=row.workspace_id, summary=row.name, key=which)
    routes_changed()
    return keys_of(actor=actor, endpoint=row)


def make_token(*, actor: User, endpoint: Endpoint) -> CallToken:
    """Return a token for programs, good for some hours."""
    acting(actor, endpoint.workspace, Action.ENDPOINTS_KEYS)
    now = int(time.time())
    return CallToken(
        tokens.make(tokens.CALL, endpoint.pk, now + tokens.LIVES_S),
        datetime.fromtimestamp(now + tokens.LIVES_S, UTC),
        datetime.fromtimestamp(now + tokens.REFRESH_AFTER_S, UTC),
    )


def locked(actor: User, endpoint: Endpoint, action: Action = Action.ENDPOINTS_WRITE) -> Endpoint:
    """Return an endpoint as it is now, and keep others from changing it until the transaction ends.

    Raises:
        EndpointUnknown: it was deleted meanwhile. NotAllowed: the actor may not.
    """
    acting(actor, endpoint.workspace, action)
    rows = Endpoint.objects.select_for_update(of=("self",)).select_related("workspace")
    row = rows.filter(pk=endpoint.pk).first()
    if row is None:
        raise EndpointUnknown(endpoint.name)
    return row


def _check(endpoint: Endpoint, *names: str) -> None:
    check_fields(endpoint, *names)
    try:
        validate_tags(endpoint.tags)
    except ValidationError as error:
        raise InvalidInput({"tags": error.messages}) from None
