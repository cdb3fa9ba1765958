"""What all use cases of models begin with and end with."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.core.hooks import audit
from apps.registry.models import ModelTag, ModelVersion, RegisteredModel
from apps.registry.models.model import LONGEST_FOUND_VALUE
from apps.registry.states import VersionState
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting
from apps.workspaces.tags import validate_tags

PORTION: Final = 2000


def check_may_write(actor: User | None, workspace: Workspace) -> None:
    """Ask the policy whether ``actor`` may change models. None is a run that acts with its own token, which may.

    Raises:
        NotFound, NotAllowed: they may not.
    """
    if actor is not None:
        acting(actor, workspace, Action.MODELS_WRITE)


def check_tags(tags: Any, field: str = "tags") -> dict[str, str]:
    """Return tags, or properties, once they have been held to the rules of tags.

    Raises:
        InvalidInput: at ``field``.
    """
    try:
        validate_tags(tags)
    except ValidationError as error:
        raise InvalidInput({field: error.messages}) from None
    return dict(tags)


def with_properties(known: Mapping[str, str], more: Any) -> dict[str, str]:
    """Return properties with further ones. They are written once and never change.

    Raises:
        InvalidInput: one of them has another value already, or cannot be used.
    """
    if isinstance(more, dict):
        for name, value in more.items():
            if name in known and known[name] != value:
                message = _("The property “%(name)s” is “%(value)s” already, and properties never change. Use a tag.")
                raise InvalidInput({"properties": [message % {"name": name[:60], "value": known[name][:60]}]})
    return check_tags({**known, **more} if isinstance(more, dict) else more, "properties")


def locked(model: RegisteredModel) -> RegisteredModel | None:
    """Return a model as it is now and keep others from changing it until the transaction ends; None where it is gone."""
    rows = RegisteredModel.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
    return rows.filter(pk=model.pk).first()


def find_latest(model: RegisteredModel) -> ModelVersion | None:
    """Return what ``name@latest`` means: the highest version that did not fail and is not archived, else the highest at all."""
    versions = ModelVersion.objects.filter(model=model).order_by("-number")
    return versions.filter(archived_at=None).exclude(state=VersionState.FAILED).first() or versions.first()


def point_to_latest(model: RegisteredModel) -> None:
    """Bring ``latest`` of a model, whose row is locked, to what it is now."""
    latest = find_latest(model)
    RegisteredModel.objects.filter(pk=model.pk).update(
        latest=latest, latest_at=latest.created_at if latest else F("created_at")
    )
    model.latest = latest
    note_tags(model)


def note_tags(model: RegisteredModel) -> None:
    """Bring the rows by which a model is found to its tags and those of its latest version."""
    latest = model.latest.tags if model.latest else {}
    wanted = {(name, value[:LONGEST_FOUND_VALUE]) for tags in (model.tags, latest) for name, value in tags.items()}
    rows = {(row.name, row.value): row.pk for row in ModelTag.objects.filter(model=model)}
    ModelTag.objects.filter(pk__in=[pk for tag, pk in rows.items() if tag not in wanted]).delete()
    new = [ModelTag(model=model, name=name, value=value) for name, value in sorted(wanted - rows.keys())]
    ModelTag.objects.bulk_create(new, ignore_conflicts=True)


def tell(actor: Any, verb: str, model: RegisteredModel, summary: str = "", **detail: Any) -> None:
    """Write down what was done with a model, and have open pages load again. Call it last: it holds the workspace's topic."""
    audit(actor, verb, model, workspace_id=model.workspace_id, summary=summary or model.name, **detail)
    workspace_changed(model.workspace_id, "models")
