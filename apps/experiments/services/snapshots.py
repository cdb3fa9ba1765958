"""Keep the code of runs, once for each content in a workspace."""

from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.core.storage import get_store
from apps.experiments.models import Snapshot
from apps.experiments.snapshots.packing import PackedCode, packed
from apps.workspaces.models import Workspace


def store_snapshot(workspace: Workspace, upload: BinaryIO) -> Snapshot:
    """Keep the code in an uploaded zip; return what there is already where the same code was kept before.

    Call it outside of a transaction: unpacking and packing can take seconds. Or pack first, and keep inside.

    Args: upload: the zip, open for reading and seekable.
    Raises:
        ArchiveRefused: the zip is damaged, hostile or far too large. SnapshotRefused: it has too much in it, or nothing.
        StorageFull: there is no space for it.
    """
    with packed(upload) as code:
        return keep(workspace, code)


def keep(workspace: Workspace, code: PackedCode) -> Snapshot:
    """Keep packed code; return what there is already where the same code was kept before."""
    if known := _known(workspace, code.sha256):
        return known
    snapshot = Snapshot(
        workspace=workspace, sha256=code.sha256, size=code.size, zip_sha256=code.zip_sha256, files=code.files
    )
    # The row's own id, not the content: so what frees one row's bytes can never hit those of the next with that content.
    snapshot.key = f"workspaces/{workspace.pk}/snapshots/{snapshot.pk}.zip"
    with code.path.open("rb") as file:
        get_store().write(snapshot.key, file)
    try:
        with transaction.atomic():
            snapshot.save(force_insert=True)
    except IntegrityError:  # somebody kept the same code meanwhile
        get_store().delete(snapshot.key)
        known = _known(workspace, code.sha256)
        if known is None:
            raise
        return known
    return snapshot


def _known(workspace: Workspace, sha256: str) -> Snapshot | None:
    """Return the snapshot with this content, and note that it is wanted, so that it is not freed before its run is there."""
    if not Snapshot.objects.filter(workspace=workspace, sha256=sha256).update(updated_at=timezone.now()):
        return None
    return Snapshot.objects.filter(workspace=workspace, sha256=sha256).first()
