"""Pipeline endpoints: make, describe, switch, add versions, give out keys, call."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from apps.accounts.models import User
from apps.core import keys
from apps.core.hooks import audit
from apps.experiments.models import Run
from apps.pipelines.errors import EndpointVersionUnknown, PipelineEndpointExists, PipelineEndpointUnknown
from apps.pipelines.models import PipelineEndpoint, PipelineEndpointVersion, PublishedPipeline
from apps.pipelines.services.publishing import Call, submit_published
from apps.workspaces.events import workspace_changed
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting, check_fields, lock

PREFIX: Final = "pe"
DEFAULT: Final = "default"
LATEST: Final = "latest"


@transaction.atomic
def create_endpoint(
    *, actor: User, workspace: Workspace, name: str, description: str = "", published: PublishedPipeline | None = None
) -> PipelineEndpoint:
    """Make a pipeline endpoint with keys of its own. Args: published: its version 0.

    Raises:
        PipelineEndpointExists: the name is taken. InvalidInput: a field breaks its rule.
    """
    workspace = lock(workspace)
    acting(actor, workspace, Action.PIPELINES_WRITE)
    endpoint = PipelineEndpoint(
        workspace=workspace,
        name=name,
        description=description,
        created_by=actor,
        modified_by=actor,
        **keys.new_pair(PREFIX),
    )
    check_fields(endpoint, "name", "description")
    try:
        with transaction.atomic():
            endpoint.save(force_insert=True)
    except IntegrityError:
        raise PipelineEndpointExists(name) from None
    tell(actor, "pipeline_endpoint.created", endpoint)
    if published is not None:
        add_version(actor=actor, endpoint=endpoint, published=published)
    return endpoint


def find_endpoint(workspace: Workspace, endpoint_id: UUID) -> PipelineEndpoint:
    """Return a pipeline endpoint by its id.

    Raises:
        PipelineEndpointUnknown: there is none.
    """
    found = _endpoints(workspace).filter(pk=endpoint_id).first()
    if found is None:
        raise PipelineEndpointUnknown
    found.workspace = workspace
    return found


def find_endpoint_named(workspace: Workspace, name: str) -> PipelineEndpoint:
    """Return a pipeline endpoint by its name, in any case of letters.

    Raises:
        PipelineEndpointUnknown: there is none.
    """
    rows = _endpoints(workspace).alias(lower_name=Lower("name"))
    found = rows.filter(lower_name=name.replace("\x00", "").lower()).first()
    if found is None:
        raise PipelineEndpointUnknown(name)
    found.workspace = workspace
    return found


def versions_of(endpoint: PipelineEndpoint) -> QuerySet[PipelineEndpointVersion]:
    """Return the versions of an endpoint, with what they publish."""
    rows = PipelineEndpointVersion.objects.filter(endpoint=endpoint)
    return rows.select_related("published__created_by", "published__last_run__workspace", "published__workspace")


def find_endpoint_version(endpoint: PipelineEndpoint, version: str = "") -> PipelineEndpointVersion:
    """Return a version of an endpoint by its number, ``latest``, or the default one.

    Raises:
        EndpointVersionUnknown: there is none.
    """
    text = str(version).strip().lower()
    rows = versions_of(endpoint).select_related("published__graph")
    found = None
    if text in {"", DEFAULT}:
        found = rows.filter(pk=endpoint.default_id).first() if endpoint.default_id else None
    elif text == LATEST:
        found = rows.order_by("-number").first()
    elif text.isascii() and text.isdecimal() and len(text) < 10:
        found = rows.filter(number=int(text)).first()
    if found is None:
        raise EndpointVersionUnknown(endpoint.name, str(version), endpoint.latest_number)
    found.endpoint = endpoint
    found.published.workspace = endpoint.workspace
    return found


@transaction.atomic
def add_version(
    *, actor: User, endpoint: PipelineEndpoint, published: PublishedPipeline, make_default: bool = False
) -> PipelineEndpointVersion:
    """Add a published pipeline as the next version. The first one is the default one."""
    row = _locked(actor, endpoint)
    row.latest_number += 1
    version = PipelineEndpointVersion.objects.create(endpoint=row, number=row.latest_number, published=published)
    fields = ["latest_number"]
    if make_default or row.default_id is None:
        row.default = version
        fields.append("default")
    if published.last_run_id and row.last_run_id is None:
        row.last_run_id = published.last_run_id
        fields.append("last_run")
    _save(actor, row, *fields)
    _copy(row, endpoint)
    tell(actor, "pipeline_endpoint.version_added", row, version=version.number)
    return version


@transaction.atomic
def set_default(*, actor: User, endpoint: PipelineEndpoint, version: str) -> PipelineEndpointVersion:
    """Say which version is called unless another is asked for. Harmless when repeated.

    Raises:
        EndpointVersionUnknown: there is none of this number.
    """
    row = _locked(actor, endpoint)
    wanted = find_endpoint_version(row, version)
    if row.default_id != wanted.pk:
        row.default = wanted
        _save(actor, row, "default")
        tell(actor, "pipeline_endpoint.default_set", row, version=wanted.number)
    _copy(row, endpoint)
    return wanted


@transaction.atomic
def edit_endpoint(*, actor: User, endpoint: PipelineEndpoint, changes: Mapping[str, Any]) -> PipelineEndpoint:
    """Change name or description, or switch an endpoint on or off (``is_enabled``). Harmless when repeated.

    Raises:
        PipelineEndpointExists: the name is taken. InvalidInput: a value cannot be used.
    """
    row = _locked(actor, endpoint)
    names = ("name", "description", "is_enabled")
    changed = [name for name in names if name in changes and getattr(row, name) != changes[name]]
    for name in changed:
        setattr(row, name, changes[name])
    check_fields(row, "name", "description")
    if not changed:
        return row
    try:
        with transaction.atomic():
            _save(actor, row, *changed)
    except IntegrityError:
        raise PipelineEndpointExists(row.name) from None
    if "is_enabled" in changed:
        tell(actor, "pipeline_endpoint.enabled" if row.is_enabled else "pipeline_endpoint.disabled", row)
    if set(changed) - {"is_enabled"}:
        tell(actor, "pipeline_endpoint.edited", row)
    return row


@transaction.atomic
def archive_endpoint(*, actor: User, endpoint: PipelineEndpoint, archived: bool = True) -> None:
    """Take an endpoint out of lists, and let it answer nobody; or put it back. Harmless when repeated."""
    row = _locked(actor, endpoint)
    if (row.archived_at is not None) == archived:
        return
    row.archived_at = timezone.now() if archived else None
    _save(actor, row, "archived_at")
    endpoint.archived_at = row.archived_at
    tell(actor, "pipeline_endpoint.archived" if archived else "pipeline_endpoint.unarchived", row)


def keys_of(*, actor: User, endpoint: PipelineEndpoint) -> keys.Keys:
    """Return the keys of an endpoint, to somebody who may have them."""
    acting(actor, endpoint.workspace, Action.PIPELINES_KEYS)
    return keys.keys_in(endpoint)


@transaction.atomic
def regenerate_key(*, actor: User, endpoint: PipelineEndpoint, which: str) -> keys.Keys:
    """Replace one of the keys; the old one opens nothing any more. Args: which: ``primary`` or ``secondary``."""
    row = _locked(actor, endpoint, Action.PIPELINES_KEYS)
    _save(actor, row, *keys.replace(row, which, PREFIX))
    tell(actor, "pipeline_endpoint.key_regenerated", row, key=which)
    return keys.keys_in(row)


def call_endpoint(
    *, actor: User | None, endpoint: PipelineEndpoint, version: PipelineEndpointVersion, call: Call
) -> Run:
    """Run a version of an endpoint. See ``publishing.submit_published``."""
    return submit_published(actor=actor, published=version.published, call=call, endpoint=endpoint)


def tell(actor: Any, verb: str, endpoint: PipelineEndpoint, **detail: Any) -> None:
    """Write down what was done with an endpoint, and have open pages load again. Call it last: it holds the topic."""
    audit(actor, verb, endpoint, workspace_id=endpoint.workspace_id, summary=endpoint.name, **detail)
    workspace_changed(endpoint.workspace_id, "pipeline_endpoints")


def _endpoints(workspace: Workspace) -> QuerySet[PipelineEndpoint]:
    rows = PipelineEndpoint.objects.filter(workspace=workspace)
    return rows.select_related("default", "created_by", "modified_by", "last_run")


def _locked(actor: User, endpoint: PipelineEndpoint, action: Action = Action.PIPELINES_WRITE) -> PipelineEndpoint:
    """Return an endpoint as it is now, and keep others from changing it until the transaction ends.

    Raises:
        PipelineEndpointUnknown: it is gone. NotAllowed: the actor may not.
    """
    acting(actor, endpoint.workspace, action)
    rows = PipelineEndpoint.objects.select_for_update(of=("self",), no_key=True).select_related("workspace")
    row = rows.filter(pk=endpoint.pk).first()
    if row is None:
        raise PipelineEndpointUnknown(endpoint.name)
    return row


def _save(actor: User, row: PipelineEndpoint, *fields: str) -> None:
    row.modified_by = actor
    row.save(update_fields=[*fields, "modified_by", "updated_at"])


def _copy(row: PipelineEndpoint, endpoint: PipelineEndpoint) -> None:
    """Let the caller's own object show what was written."""
    endpoint.default_id, endpoint.latest_number = row.default_id, row.latest_number
