"""Components: register, find, describe, put away."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.accounts.models import User
from apps.core.errors import InvalidInput
from apps.core.hooks import audit
from apps.experiments.errors import SnapshotGone
from apps.experiments.models import Snapshot
from apps.experiments.services.submit import resolve as resolve_environment
from apps.pipelines.errors import ComponentArchived, ComponentUnknown, ComponentVersionTaken, ComponentVersionUnknown
from apps.pipelines.graph import codec
from apps.pipelines.graph.types import Component as GraphComponent
from apps.pipelines.models import Component, ComponentVersion
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields, lock
from apps.workspaces.tags import validate_tags

LATEST: Final = "latest"
SHOWN_NAMES: Final = 20
EDITABLE: Final = ("display_name", "description", "tags")


@transaction.atomic
def register_component(
    *,
    actor: User,
    workspace: Workspace,
    component: GraphComponent,
    version: str = "",
    source: str = "",
    tags: Mapping[str, str] | None = None,
    warnings: Sequence[str] = (),
) -> tuple[ComponentVersion, bool]:
    """Make the next version of a component, or its first.

    Args: component: with its name; ``snapshot`` is the id of code of the workspace. version: what to call it; "" counts on.
        source: the YAML it was read from. warnings: what of that was read differently from how it was written.

    Returns: the version, and whether it is new. What does the same as the latest version, or as the one of that name, is that
        version; it is described anew, should it be described differently.

    Raises:
        ComponentVersionTaken: there is another one of this name. ComponentArchived: it is in the archive.
        InvalidInput: name, version or tags break their rules. UserError: its environment cannot be used.
    """
    workspace = lock(workspace)
    acting(actor, workspace, Action.COMPONENTS_WRITE)
    environment = resolve_environment(workspace, component.environment, actor)
    if environment is not None:
        component = replace(component, environment=environment.name)
    said = {"display_name": component.display_name, "description": component.description, "tags": dict(tags or {})}
    row = find_component(workspace, component.name) or Component(
        workspace=workspace, name=component.name, created_by=actor
    )
    check_fields(row, "name")
    digest = codec.digest_of_component(component)
    known = _version_doing(row, version, digest)
    if known is not None:
        archive_component(actor=actor, component=row, archived=False)
        described = {name: value for name, value in said.items() if value and getattr(known, name) != value}
        return (edit_version(actor=actor, version=known, changes=described) if described else known), False
    row.latest_number += 1
    new = ComponentVersion(
        component=row,
        number=row.latest_number,
        version=version or _next_name(row),
        kind=component.kind,
        definition=codec.component_to_json(replace(component, id="", reference="", digest=digest)),
        digest=digest,
        snapshot=_code_of(workspace, component),
        source=source,
        warnings=[*warnings, *(environment.warnings if environment else ())],
        created_by=actor,
        **said,
    )
    _check(new, "version", "kind", "display_name", "description")
    row.archived_at = None
    row.save()
    new.save(force_insert=True)
    _point_to_latest(row)
    tell(actor, "component.registered", row, new.reference)
    return new, True


def find_component(workspace: Workspace, name: str) -> Component | None:
    """Return a component by its name, in any case of letters."""
    rows = Component.objects.filter(workspace=workspace).named(name)
    found = rows.select_related("latest", "created_by").first()
    if found is not None:
        found.workspace = workspace
    return found


def get_component(workspace: Workspace, name: str) -> Component:
    """Return a component by its name.

    Raises:
        ComponentUnknown: there is none; the message says which there are.
    """
    found = find_component(workspace, name)
    if found is None:
        known = Component.objects.filter(workspace=workspace, archived_at=None).order_by("-latest_at")
        raise ComponentUnknown(name, list(known.values_list("name", flat=True)[:SHOWN_NAMES]))
    return found


def versions_of(component: Component) -> QuerySet[ComponentVersion]:
    """Return the versions of a component with what lists show of them."""
    return ComponentVersion.objects.filter(component=component).select_related("created_by", "component__workspace")


def find_version(component: Component, version: str) -> ComponentVersion:
    """Return a version by what it is called, or ``latest``.

    Raises:
        ComponentVersionUnknown: there is none.
    """
    rows = versions_of(component).select_related("snapshot")
    is_latest = version.lower() == LATEST
    asked: dict[str, Any] = {"pk": component.latest_id} if is_latest else {"version": version.replace("\x00", "")}
    found = rows.filter(**asked).first()
    if found is None:
        known = rows.order_by("-number").values_list("version", flat=True)[:SHOWN_NAMES]
        raise ComponentVersionUnknown(component.name, version, list(known))
    found.component = component
    return found


def component_of(version: ComponentVersion) -> GraphComponent:
    """Return what a graph holds of a version: what it does, and who it is."""
    said = codec.component_from_json(version.definition)
    return replace(
        said,
        name=version.component.name,
        reference=version.reference,
        id=str(version.pk),
        digest=version.digest,
        snapshot=str(version.snapshot_id or ""),
        display_name=version.display_name,
        description=version.description,
    )


@transaction.atomic
def edit_version(*, actor: User, version: ComponentVersion, changes: Mapping[str, Any]) -> ComponentVersion:
    """Change what is said of a version: display name, description, or tags, which are replaced.

    Raises:
        InvalidInput: a value cannot be used.
    """
    row = _locked_version(actor, version)
    for name in EDITABLE:
        if name in changes:
            setattr(row, name, changes[name])
    _check(row, "display_name", "description")
    row.save(update_fields=[*EDITABLE, "updated_at"])
    tell(actor, "component.version_edited", row.component, row.reference)
    return row


@transaction.atomic
def archive_version(*, actor: User, version: ComponentVersion, archived: bool = True) -> None:
    """Keep a version from new use, or allow it again. Harmless when repeated."""
    row = _locked_version(actor, version)
    if (row.archived_at is not None) == archived:
        return
    row.archived_at = version.archived_at = timezone.now() if archived else None
    row.save(update_fields=["archived_at", "updated_at"])
    _point_to_latest(row.component)
    verb = "component.version_archived" if archived else "component.version_unarchived"
    tell(actor, verb, row.component, row.reference)


@transaction.atomic
def archive_component(*, actor: User, component: Component, archived: bool = True) -> None:
    """Keep all versions of a component from new use, or allow those again that are not archived themselves."""
    acting(actor, component.workspace, Action.COMPONENTS_WRITE)
    moment = timezone.now() if archived else None
    rows = Component.objects.filter(pk=component.pk, archived_at__isnull=archived)
    if rows.update(archived_at=moment, updated_at=timezone.now()):
        component.archived_at = moment
        tell(actor, "component.archived" if archived else "component.unarchived", component)


def tell(actor: Any, verb: str, component: Component, summary: str = "") -> None:
    """Write down what was done with a component, and have open pages load again. Call it last: it holds the workspace's topic."""
    audit(actor, verb, component, workspace_id=component.workspace_id, summary=summary or component.name)
    workspace_changed(component.workspace_id, "components")


def _code_of(workspace: Workspace, component: GraphComponent) -> Snapshot | None:
    if not component.snapshot:
        return None
    found = Snapshot.objects.filter(pk=component.snapshot, workspace=workspace).first()
    if found is None:
        raise SnapshotGone
    return found


def _version_doing(component: Component, version: str, digest: str) -> ComponentVersion | None:
    """Return the version that what is registered is already: that of this name, or without one the latest."""
    if component._state.adding:
        return None
    rows = ComponentVersion.objects.filter(component=component)
    if not version:
        latest = component.latest
        return rows.filter(pk=latest.pk, digest=digest, archived_at=None).first() if latest else None
    found = rows.filter(version=version).first()
    if found is None:
        return None
    if found.digest != digest:
        raise ComponentVersionTaken(found.reference)
    if found.archived_at is not None:
        raise ComponentArchived(found.reference)
    return found


def _next_name(component: Component) -> str:
    """Return the number of the new version; where somebody has called another one so, the next that is free."""
    number = component.latest_number
    taken = set(ComponentVersion.objects.filter(component=component).values_list("version", flat=True))
    while str(number) in taken:
        number += 1
    return str(number)


def _point_to_latest(component: Component) -> None:
    """Bring ``latest`` to the newest version that is not archived, else to the newest."""
    versions = ComponentVersion.objects.filter(component=component).order_by("-number")
    latest = versions.filter(archived_at=None).first() or versions.first()
    moment = latest.created_at if latest else F("created_at")
    kind = latest.kind if latest else component.kind
    Component.objects.filter(pk=component.pk).update(latest=latest, latest_at=moment, kind=kind)
    component.latest, component.kind = latest, kind


def _locked_version(actor: User, version: ComponentVersion) -> ComponentVersion:
    """Return a version as it is now, once the policy was asked; nobody else changes its component until the end."""
    acting(actor, version.component.workspace, Action.COMPONENTS_WRITE)
    rows = Component.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
    component = rows.filter(pk=version.component_id).first()
    row = ComponentVersion.objects.filter(pk=version.pk).first() if component else None
    if component is None or row is None:
        raise ComponentVersionUnknown(version.component.name, version.version, [])
    row.component = component
    return row


def _check(version: ComponentVersion, *names: str) -> None:
    check_fields(version, *names)
    try:
        validate_tags(version.tags)
    except ValidationError as error:
        raise InvalidInput({"tags": error.messages}) from None
