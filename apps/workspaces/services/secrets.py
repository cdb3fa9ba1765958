"""Secrets: set and delete. Nothing here, and no page or API route, gives a value back."""

from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import crypto, hooks
from apps.core.errors import InvalidInput
from apps.workspaces.errors import SecretTaken
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Secret, Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields, lock

LONGEST_VALUE_BYTES = 25_000  # as in the key vaults from which secrets come


@transaction.atomic
def create_secret(*, actor: User, workspace: Workspace, name: str, value: str) -> Secret:
    """Store a value under a name that is free. Raises as ``set_secret`` does, and SecretTaken."""
    row = lock(workspace)  # before the look, or two who create it at once would both find the name free
    acting(actor, row, Action.SECRETS_WRITE)
    if _find(row, name) is not None:
        raise SecretTaken(name)
    return set_secret(actor=actor, workspace=row, name=name, value=value)[0]


@transaction.atomic
def set_secret(*, actor: User, workspace: Workspace, name: str, value: str) -> tuple[Secret, bool]:
    """Store a value under a name, encrypted; an earlier value is gone. Returns the secret and whether it is new.

    Raises:
        InvalidInput: the name breaks its rule, or the value is empty or too long.
    """
    row = lock(workspace)
    acting(actor, row, Action.SECRETS_WRITE)
    found = _find(row, name)
    secret = found or Secret(workspace=row, name=name)
    check_fields(secret, "name")
    _check_value(value)
    secret.encrypted_value = crypto.encrypt(value)
    secret.set_by, secret.set_at = actor, timezone.now()
    secret.save()
    verb = "secret.replaced" if found else "secret.created"
    hooks.audit(actor, verb, secret, workspace_id=row.pk, summary=secret.name)
    workspace_changed(row.pk, "secrets")
    return secret, found is None


@transaction.atomic
def delete_secret(*, actor: User, secret: Secret) -> None:
    """Remove a secret at once. Harmless when repeated."""
    acting(actor, secret.workspace, Action.SECRETS_WRITE)
    if Secret.objects.filter(pk=secret.pk).delete()[0]:
        hooks.audit(actor, "secret.deleted", secret, workspace_id=secret.workspace_id, summary=secret.name)
        workspace_changed(secret.workspace_id, "secrets")


def _find(workspace: Workspace, name: str) -> Secret | None:
    rows = Secret.objects.alias(lower_name=Lower("name"))
    return rows.filter(workspace=workspace, lower_name=name.lower()).first()


def _check_value(value: str) -> None:
    if not value:
        raise InvalidInput({"value": [_("Write a value.")]})
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise InvalidInput({"value": [_("The value has characters that cannot be stored.")]}) from None
    if size > LONGEST_VALUE_BYTES:
        message = _("The value has %(size)d bytes; there can be %(limit)d.")
        raise InvalidInput({"value": [message % {"size": size, "limit": LONGEST_VALUE_BYTES}]})
