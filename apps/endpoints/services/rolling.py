"""From collected requests to versions of datasets: what gateways hand over is gathered, and becomes a version now and then."""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import transaction
from django.db.models import Min, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import queue
from apps.core.errors import UserError
from apps.core.ids import uuid7
from apps.core.storage import get_store
from apps.data.models import DatasetVersion, Upload, UploadFile
from apps.data.services import NewVersion, create_version, ensure_default_datastore, find_dataset
from apps.data.states import DatasetKind, UploadState
from apps.data.stores import files_of
from apps.data.tabular.settings import Format, ParserSettings
from apps.endpoints.collected import MOST_COLUMNS, rows_of
from apps.endpoints.models import CollectedPart, Deployment
from apps.endpoints.states import ROLLING_S
from apps.workspaces.models import Workspace

logger = logging.getLogger(__name__)

# Gateways hand over what they collected a little later than it was asked.
SETTLES_FOR: Final = timedelta(seconds=90)
# So much is not gathered any longer.
LARGEST_BATCH: Final = 64 * 2**20
TRIED_AGAIN_AFTER: Final = timedelta(hours=1)
SIDES: Final = {"inputs": "input", "outputs": "output"}


def part_key(workspace_id: UUID, part_id: UUID) -> str:
    """Return where a part of collected requests lies in the studio's storage."""
    return f"collected/{workspace_id}/{part_id}.jsonl"


@transaction.atomic
def take_part(
    part_id: UUID, head: Mapping[str, Any], *, size: int, row_count: int, first_at: datetime, last_at: datetime
) -> None:
    """Note a file of collected requests that was stored under ``part_key``. Harmless when repeated.

    Args: head: ``workspace``, ``deployment`` and ``for`` (ids), ``name`` and ``settings``, as the gateway wrote them down.
    """
    workspace_id = UUID(head["workspace"])
    if not Workspace.objects.filter(pk=workspace_id).exists():
        get_store().delete(part_key(workspace_id, part_id))
        return
    user = User.objects.filter(pk=head["for"]).first() if head["for"] != "None" else None
    CollectedPart.objects.get_or_create(
        pk=part_id,
        defaults={
            "workspace_id": workspace_id,
            "deployment": UUID(head["deployment"]),
            "name": head["name"],
            "settings": head["settings"],
            "collected_for": user,
            "key": part_key(workspace_id, part_id),
            "size": size,
            "row_count": row_count,
            "first_at": first_at,
            "last_at": last_at,
        },
    )


def roll_parts() -> None:
    """Have versions written of what was collected in a time that is over, or is a lot already."""
    now = timezone.now()
    gathered = CollectedPart.objects.filter(batch=None).order_by().values_list("workspace", "name")
    for workspace, name, first_at, size in gathered.annotate(Min("first_at"), Sum("size")):
        parts = CollectedPart.objects.filter(batch=None, workspace=workspace, name=name)
        oldest = parts.order_by("first_at", "pk").first()
        if oldest is None:
            continue
        end = _end_of_time(first_at, oldest.settings.get("rolling_rate", ""))
        if size >= LARGEST_BATCH:
            _claim(parts, now)
        elif now >= end + SETTLES_FOR:
            _claim(parts, end)
    stuck = CollectedPart.objects.exclude(batch=None).filter(updated_at__lt=now - TRIED_AGAIN_AFTER)
    for batch in set(stuck.values_list("batch", flat=True)):
        CollectedPart.objects.filter(batch=batch).update(updated_at=now)
        queue.enqueue("endpoints.write_collected", batch)


def write_collected(batch: UUID) -> None:
    """Make the next versions of the datasets of one batch. Harmless when repeated."""
    parts = list(
        CollectedPart.objects.filter(batch=batch)
        .select_related("workspace", "collected_for")
        .order_by("first_at", "pk")
    )
    if not parts:
        return
    try:
        for side in SIDES:
            if parts[0].settings.get(side):
                _write(batch, side, parts)
    except UserError as error:
        _say(parts[0], str(error.message))
        return
    _say(parts[0], "")
    with transaction.atomic():
        CollectedPart.objects.filter(batch=batch).delete()
        queue.enqueue("endpoints.free_collected", [part.key for part in parts])


def free_collected(keys: Sequence[str]) -> None:
    """Delete files of parts that have become versions. Harmless when repeated."""
    for key in keys:
        get_store().delete(key)


def _end_of_time(at: datetime, rolling_rate: str) -> datetime:
    """Return when the hour, or what else is gathered, ends in which something came."""
    seconds = ROLLING_S.get(rolling_rate, ROLLING_S["hour"])
    return datetime.fromtimestamp((int(at.timestamp()) // seconds + 1) * seconds, UTC)


@transaction.atomic
def _claim(parts: Any, before: datetime) -> None:
    """Have all parts that began before a moment become one version, as far as one may be large."""
    batch, size = uuid7(), 0
    chosen: list[UUID] = []
    for part in parts.filter(first_at__lt=before).select_for_update(of=("self",)).order_by("first_at", "pk"):
        if chosen and size + part.size > LARGEST_BATCH:
            break
        chosen.append(part.pk)
        size += part.size
    if CollectedPart.objects.filter(pk__in=chosen, batch=None).update(batch=batch, updated_at=timezone.now()):
        queue.enqueue("endpoints.write_collected", batch)


def _write(batch: UUID, side: str, parts: Sequence[CollectedPart]) -> None:
    """Write one dataset's next version, unless an earlier attempt did.

    Raises:
        UserError: in whose name it is written may not, or the name is taken by another kind of dataset.
    """
    first = parts[0]
    actor = first.collected_for
    if actor is None:
        raise UserError(_("whoever had them collected has no account any more; set the collection anew"))
    datastore = ensure_default_datastore(first.workspace)
    folder = f"collected/{batch}/{side}"
    if DatasetVersion.objects.filter(datastore=datastore, folder=folder).exists():
        return
    upload, _made = Upload.objects.get_or_create(
        workspace=first.workspace,
        created_by=actor,
        fingerprint=hashlib.sha256(folder.encode()).hexdigest(),
        defaults={"datastore": datastore, "folder": folder, "file_count": 1, "size": 0, "active_at": timezone.now()},
    )
    name = f"{first.name}-model_{side}"
    new = NewVersion(
        name,
        DatasetKind.TABULAR,
        settings=ParserSettings(format=Format.JSON_LINES),
        description=None if find_dataset(first.workspace, name) else _description(first, side),
        is_next=True,
    )
    if len(_fill(upload, side, parts, whole=False)) > MOST_COLUMNS:
        _fill(upload, side, parts, whole=True)  # so different from each other that they make no table
    create_version(actor=actor, workspace=first.workspace, upload=upload, new=new)


def _fill(upload: Upload, side: str, parts: Sequence[CollectedPart], *, whole: bool) -> set[str]:
    """Write the file of a version. Returns the names of its columns."""
    names: set[str] = set()
    path = f"model_{side}.jsonl"
    key = files_of(upload.datastore).key(f"{upload.folder}/{path}")
    kept = get_store().write(key, _lines(side, parts, names, whole=whole))
    facts = {"size": kept.size, "received": kept.size, "sha256": kept.sha256}
    UploadFile.objects.update_or_create(upload=upload, path=path, defaults=facts)
    upload.state, upload.size = UploadState.COMPLETE, kept.size
    upload.save(update_fields=["state", "size", "updated_at"])
    return names


def _lines(side: str, parts: Sequence[CollectedPart], names: set[str], *, whole: bool) -> Iterator[bytes]:
    for part in parts:
        for line in b"".join(get_store().open(part.key)).splitlines():
            record = orjson.loads(line)
            for row in rows_of(record, SIDES[side], part.name, whole=whole):
                names.update(row)
                yield orjson.dumps(row) + b"\n"


def _description(part: CollectedPart, side: str) -> str:
    words = (
        _("Requests to the deployment %(name)s, as they were collected. `correlation_id` is that of the request.")
        if side == "inputs"
        else _("Answers of the deployment %(name)s, as they were collected. `correlation_id` is that of the request.")
    )
    return words % {"name": part.name}


def _say(part: CollectedPart, reason: str) -> None:
    """Note why datasets are not written, or that they are."""
    rows = Deployment.objects.filter(pk=part.deployment).exclude(collection_reason=reason[:500])
    rows.update(collection_reason=reason[:500])
