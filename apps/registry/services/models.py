"""Names for versions: make, find, describe, rename, put away."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.models import User
from apps.registry.errors import ModelUnknown, NameTaken
from apps.registry.models import RegisteredModel
from apps.registry.services.shared import check_may_write, check_tags, locked, note_tags, tell
from apps.workspaces.models import Workspace
from apps.workspaces.services.shared import check_fields, lock

SHOWN_NAMES: Final = 20
EDITABLE: Final = ("name", "description", "tags")


def find_model(workspace: Workspace, name: str) -> RegisteredModel | None:
    """Return a model by its name, in any case of letters."""
    rows = RegisteredModel.objects.filter(workspace=workspace).named(name)
    found = rows.select_related("latest", "created_by").first()
    if found is not None:
        found.workspace = workspace
    return found


def get_model(workspace: Workspace, name: str) -> RegisteredModel:
    """Return a model by its name.

    Raises:
        ModelUnknown: there is none; the message says which there are.
    """
    found = find_model(workspace, name)
    if found is None:
        known = RegisteredModel.objects.filter(workspace=workspace, archived_at=None).order_by("-latest_at")
        raise ModelUnknown(name, list(known.values_list("name", flat=True)[:SHOWN_NAMES]))
    return found


@transaction.atomic
def ensure_model(
    actor: User | None, workspace: Workspace, name: str, *, description: str = "", tags: Mapping[str, str] | None = None
) -> RegisteredModel:
    """Return the model of a name, which is made where there is none; description and tags are those of a new one.

    Args: actor: None for a run that acts with its own token.

    Raises:
        InvalidInput: the name cannot be one, or the tags cannot be used.
    """
    check_may_write(actor, workspace)
    workspace = lock(workspace)  # of two who make it at once, the second finds it
    found = find_model(workspace, name)
    if found is not None:
        return found
    model = RegisteredModel(workspace=workspace, name=name, description=description, created_by=actor)
    model.tags = check_tags(tags or {})
    check_fields(model, "name", "description")
    model.save()
    note_tags(model)
    tell(actor, "model.created", model)
    return model


@transaction.atomic
def edit_model(*, actor: User, model: RegisteredModel, changes: Mapping[str, Any]) -> RegisteredModel:
    """Change name, description or tags. References by the old name mean nothing any more.

    Raises:
        InvalidInput: a value cannot be used. NameTaken: another model has the name.
    """
    check_may_write(actor, model.workspace)
    row = _locked(model)
    before = row.name
    for name in EDITABLE:
        if name in changes:
            setattr(row, name, changes[name])
    check_fields(row, "name", "description")
    row.tags = check_tags(row.tags)
    try:
        with transaction.atomic():
            row.save(update_fields=[*EDITABLE, "updated_at"])
    except IntegrityError:
        raise NameTaken(row.name) from None
    note_tags(row)
    if row.name == before:
        tell(actor, "model.edited", row)
    else:
        tell(actor, "model.renamed", row, before=before)
    return row


@transaction.atomic
def archive_model(*, actor: User, model: RegisteredModel, archived: bool = True) -> None:
    """Take a model out of lists and choices, or put it back. What names it goes on working. Harmless when repeated."""
    check_may_write(actor, model.workspace)
    moment = timezone.now() if archived else None
    rows = RegisteredModel.objects.filter(pk=model.pk, archived_at__isnull=archived)
    if rows.update(archived_at=moment, updated_at=timezone.now()):
        model.archived_at = moment
        tell(actor, "model.archived" if archived else "model.unarchived", model)


def _locked(model: RegisteredModel) -> RegisteredModel:
    row = locked(model)
    if row is None:
        raise ModelUnknown(model.name, [])
    return row
