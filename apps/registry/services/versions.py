"""Find versions and change what may change of them: description, tags, stage, aliases, archive."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.experiments.models import Run
from apps.registry.errors import AliasUnknown, VersionUnknown
from apps.registry.models import ModelAlias, ModelVersion, RegisteredModel
from apps.registry.services.shared import (
    check_may_write,
    check_tags,
    locked,
    note_tags,
    point_to_latest,
    tell,
    with_properties,
)
from apps.registry.states import Stage
from apps.workspaces.services.shared import check_fields

LATEST = "latest"


def versions_of(model: RegisteredModel) -> QuerySet[ModelVersion]:
    """Return the versions of a model with what lists show of them."""
    return ModelVersion.objects.filter(model=model).select_related("created_by", "run", "model__workspace")


def find_version(model: RegisteredModel, number: int | str) -> ModelVersion:
    """Return a version by its number or ``latest``, with its model, run and who registered it.

    Raises:
        VersionUnknown: there is none.
    """
    rows, text = versions_of(model), str(number)
    latest_id: Any = model.latest_id
    if text.lower() == LATEST:
        version = rows.filter(pk=latest_id).first() if latest_id else None
    else:
        version = rows.filter(number=int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0).first()
    if version is None:
        latest = ModelVersion.objects.filter(pk=latest_id).values_list("number", flat=True).first()
        raise VersionUnknown(model.name, text, latest or 0)
    version.model = model
    return version


def versions_of_run(run: Run, limit: int = 100) -> list[ModelVersion]:
    """Return the versions that were registered from a run, in the order in which they were, at most ``limit``."""
    rows = ModelVersion.objects.filter(run=run).select_related("model__workspace").defer("manifest")
    return list(rows.order_by("created_at", "pk")[:limit])


@transaction.atomic
def edit_version(*, actor: User | None, version: ModelVersion, changes: Mapping[str, Any]) -> ModelVersion:
    """Change description or tags, which are replaced, and add properties.

    Raises:
        InvalidInput: a value cannot be used, or a property has another one already. VersionUnknown: it was deleted meanwhile.
    """
    model, row = _locked(actor, version)
    if "description" in changes:
        row.description = changes["description"]
    if "tags" in changes:
        row.tags = check_tags(changes["tags"])
    if "properties" in changes:
        row.properties = with_properties(row.properties, changes["properties"])
    check_fields(row, "description")
    row.save(update_fields=["description", "tags", "properties", "updated_at"])
    if model.latest_id == row.pk:
        note_tags(model)
    tell(actor, "model.version_edited", model, row.reference)
    return row


@transaction.atomic
def set_stage(*, actor: User | None, version: ModelVersion, stage: str, archive_existing: bool = False) -> ModelVersion:
    """Move a version to a stage.

    Args: archive_existing: whether versions that are in that stage go to ``Archived``.

    Raises:
        InvalidInput: there is no such stage.
    """
    named = {str(value).lower(): value for value in Stage}
    wanted = named.get(str(stage).lower())
    if wanted is None:
        message = _("A stage is one of: %(stages)s.") % {"stages": ", ".join(Stage.values)}
        raise InvalidInput({"stage": [message]})
    model, row = _locked(actor, version)
    if archive_existing and wanted in {Stage.STAGING, Stage.PRODUCTION}:
        others = ModelVersion.objects.filter(model=model, stage=wanted).exclude(pk=row.pk)
        others.update(stage=Stage.ARCHIVED, updated_at=timezone.now())
    if row.stage != wanted:
        row.stage = wanted
        row.save(update_fields=["stage", "updated_at"])
        tell(actor, "model.stage_set", model, row.reference, stage=str(wanted))
    return row


@transaction.atomic
def set_alias(*, actor: User | None, version: ModelVersion, alias: str) -> ModelAlias:
    """Give a version an alias; a version that had it before loses it.

    Raises:
        InvalidInput: it cannot be an alias.
    """
    model, row = _locked(actor, version)
    found = (
        ModelAlias.objects.filter(model=model).alias(lower_name=Lower("name")).filter(lower_name=alias.lower()).first()
    )
    if found is not None and found.version_id == row.pk:
        return found
    moved = found or ModelAlias(model=model, name=alias)
    moved.version = row
    check_fields(moved, "name")
    moved.save()
    tell(actor, "model.alias_set", model, row.reference, alias=moved.name)
    return moved


@transaction.atomic
def delete_alias(*, actor: User | None, model: RegisteredModel, alias: str) -> None:
    """Take an alias away.

    Raises:
        AliasUnknown: there is none.
    """
    check_may_write(actor, model.workspace)
    row = locked(model)
    rows = ModelAlias.objects.filter(model=model).alias(lower_name=Lower("name"))
    found = rows.filter(lower_name=alias.lower()).select_related("version").first() if row else None
    if row is None or found is None:
        raise AliasUnknown(model.name, alias, known_aliases(model))
    found.delete()
    tell(actor, "model.alias_deleted", row, row.name, alias=found.name)


@transaction.atomic
def archive_version(*, actor: User, version: ModelVersion, archived: bool = True) -> None:
    """Take a version out of lists and of what ``latest`` means, or put it back. Harmless when repeated."""
    model, row = _locked(actor, version)
    if (row.archived_at is not None) == archived:
        return
    row.archived_at = timezone.now() if archived else None
    row.save(update_fields=["archived_at", "updated_at"])
    version.archived_at = row.archived_at
    point_to_latest(model)
    tell(actor, "model.version_archived" if archived else "model.version_unarchived", model, row.reference)


def known_aliases(model: RegisteredModel) -> list[str]:
    """Return a few of a model's aliases."""
    return list(ModelAlias.objects.filter(model=model).order_by("name").values_list("name", flat=True)[:20])


def _locked(actor: User | None, version: ModelVersion) -> tuple[RegisteredModel, ModelVersion]:
    """Return model and version as they are now, once the policy was asked; nobody else changes them until the end."""
    check_may_write(actor, version.model.workspace)
    model = locked(version.model)
    row = ModelVersion.objects.filter(pk=version.pk).first() if model else None
    if model is None or row is None:
        raise VersionUnknown(version.model.name, str(version.number), 0)
    row.model = model
    return model, row
