"""Aliases: what names in unchanged job files mean here."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import hooks
from apps.core.errors import InvalidInput, NotFound
from apps.workspaces.errors import AliasTaken
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Alias, Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields, lock


@transaction.atomic
def create_alias(*, actor: User, workspace: Workspace, kind: str, name: str, target: str) -> Alias:
    """Say what a name means in this workspace.

    Raises:
        AliasTaken: the name means something already. InvalidInput: a field breaks its rule.
    """
    workspace = lock(workspace)
    acting(actor, workspace, Action.ALIASES_WRITE)
    alias = Alias(workspace=workspace, kind=kind, name=_plain(name), target=_plain(target))
    _save(alias)
    _record(actor, alias, "alias.created")
    return alias


@transaction.atomic
def edit_alias(*, actor: User, alias: Alias, changes: Mapping[str, str]) -> Alias:
    """Change an alias's kind, name or target. Raises as ``create_alias`` does."""
    workspace = lock(alias.workspace)
    acting(actor, workspace, Action.ALIASES_WRITE)
    row = Alias.objects.filter(pk=alias.pk).first()
    if row is None:
        raise NotFound(_("This alias was deleted in the meantime."))
    for field in ("kind", "name", "target"):
        if field in changes:
            setattr(row, field, _plain(changes[field]))
    _save(row)
    _record(actor, row, "alias.edited")
    return row


@transaction.atomic
def delete_alias(*, actor: User, alias: Alias) -> None:
    """Forget what a name means. Harmless when repeated."""
    acting(actor, alias.workspace, Action.ALIASES_WRITE)
    if Alias.objects.filter(pk=alias.pk).delete()[0]:
        _record(actor, alias, "alias.deleted")


def _plain(name: str) -> str:
    """Return a name without the ``azureml:`` that stands before it in job files, from where people copy it."""
    name = name.strip()
    return name if name.startswith("azureml://") else name.removeprefix("azureml:")


def _save(alias: Alias) -> None:
    """Write an alias whose workspace is locked."""
    check_fields(alias, "kind", "name", "target")
    if alias.name.lower() == alias.target.lower():
        raise InvalidInput(
            {"target": [_("An alias that means itself says nothing. Write what the name stands for here.")]}
        )
    rivals = Alias.objects.filter(workspace_id=alias.workspace_id, kind=alias.kind).exclude(pk=alias.pk)
    taken = rivals.alias(lower_name=Lower("name")).filter(lower_name=alias.name.lower()).first()
    if taken is not None:
        raise AliasTaken(taken.name, taken.target)
    alias.save()


def _record(actor: User, alias: Alias, verb: str) -> None:
    hooks.audit(actor, verb, alias, workspace_id=alias.workspace_id, summary=f"{alias.kind}: {alias}")
    workspace_changed(alias.workspace_id, "aliases")
