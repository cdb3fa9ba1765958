"""Delete versions and models, and give back what they took. Freeing may be run twice and from two workers at once."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.core import queue
from apps.core.storage import get_store
from apps.registry.errors import ModelInUse, NotConfirmed
from apps.registry.hooks import ModelUse, uses_of
from apps.registry.models import ModelAlias, ModelFile, ModelVersion, RegisteredModel
from apps.registry.services.shared import PORTION, check_may_write, locked, point_to_latest, tell
from apps.workspaces.models import Workspace

SHOWN_USES: Final = 20


@transaction.atomic
def delete_version(*, actor: User | None, version: ModelVersion, confirm_name: str = "") -> None:
    """Delete a version; its files go in the background. Its number is not given again.

    Args: confirm_name: the model's name or ``name:version``, where something used it.

    Raises:
        ModelInUse: something that is active uses it. NotConfirmed: something used it, and that was not confirmed.
    """
    check_may_write(actor, version.model.workspace)
    model = locked(version.model)
    row = ModelVersion.objects.filter(pk=version.pk).first() if model else None
    if model is None or row is None:
        return
    row.model = model
    uses = _uses_that_allow(row.reference, [row.pk])
    if uses and confirm_name not in {model.name, row.reference}:
        raise NotConfirmed(row.reference, uses)
    folder, is_latest = row.folder, model.latest_id == row.pk
    row.delete()
    if is_latest:
        point_to_latest(model)
    queue.enqueue("registry.free_folders", [folder])
    tell(actor, "model.version_deleted", model, f"{model.name}:{row.number}")


@transaction.atomic
def delete_model(*, actor: User | None, model: RegisteredModel, confirm_name: str = "") -> None:
    """Delete a model with all its versions; their rows and files go in the background.

    Args: confirm_name: must be the model's name, unless it has no version.

    Raises:
        ModelInUse: something that is active uses one of its versions. NotConfirmed: the name was not given.
    """
    check_may_write(actor, model.workspace)
    row = locked(model)
    if row is None:
        return
    versions = dict(row.versions.values_list("pk", "folder"))
    uses = _uses_that_allow(row.name, list(versions))
    if versions and confirm_name != row.name:
        raise NotConfirmed(row.name, uses)
    tell(actor, "model.deleted", row)
    ModelFile.objects.filter(version__model=row).delete()  # in one statement; else they would be read first
    row.delete()
    folders = list(versions.values())
    for start in range(0, len(folders), PORTION):
        queue.enqueue("registry.free_folders", folders[start : start + PORTION])


def free_folders(folders: Collection[str]) -> None:
    """Delete folders of the store that no version refers to any more."""
    kept = set(ModelVersion.objects.filter(folder__in=folders).values_list("folder", flat=True))
    for folder in folders:
        if folder not in kept:
            get_store().delete_prefix(folder)


def free_workspace(workspace: Workspace) -> None:
    """Take away all rows and files of a workspace. Fills ``workspace_destroyed``."""
    files = ModelFile.objects.filter(version__model__workspace=workspace)
    while ids := list(files.values_list("pk", flat=True)[:PORTION]):
        ModelFile.objects.filter(pk__in=ids).delete()
    ModelAlias.objects.filter(model__workspace=workspace).delete()
    versions = ModelVersion.objects.filter(model__workspace=workspace)
    while portion := dict(versions.values_list("pk", "folder")[:PORTION]):
        for folder in portion.values():
            get_store().delete_prefix(folder)
        ModelVersion.objects.filter(pk__in=list(portion)).delete()
    RegisteredModel.objects.filter(workspace=workspace).delete()
    get_store().delete_prefix(f"workspaces/{workspace.pk}/models")


def _uses_that_allow(name: str, version_ids: list[UUID]) -> list[ModelUse]:
    """Return what uses versions, once it is clear that nothing keeps them from being deleted."""
    uses = uses_of(version_ids, SHOWN_USES)
    blocking = [use for use in uses if use.blocks]
    if blocking:
        raise ModelInUse(name, blocking)
    return uses
