"""Uploads: announced, received in parts, completed, given up.

Nothing of an upload belongs to a dataset before it is registered. The bytes themselves are received by ``uploads/receiving.py``.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import queue
from apps.core.storage import FileMissing, drafts_of, get_store
from apps.core.storage.keys import fault_in_path, shown
from apps.data.errors import (
    PartMismatch,
    UploadBusy,
    UploadIncomplete,
    UploadMismatch,
    UploadOffset,
    UploadOver,
    UploadRefused,
    UploadTooLarge,
)
from apps.data.models import Upload, UploadFile
from apps.data.services.datastores import ensure_default_datastore
from apps.data.states import UploadState
from apps.data.stores import LONGEST_PATH_BYTES, files_of
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Action
from apps.workspaces.services.shared import acting

MOST_FILES: Final = 20_000
MOST_BYTES: Final = 2**40
LONGEST_RELATIVE_PATH: Final = LONGEST_PATH_BYTES - 100  # below the upload's own folder
WRITER_KEEPS: Final = timedelta(seconds=60)
ABANDONED_AFTER: Final = timedelta(days=7)
PORTION: Final = 2000


@dataclass(frozen=True)
class NewFile:
    """A file to send: its path relative to the upload, its size in bytes, when it last changed (for knowing it again)."""

    path: str
    size: int
    modified_ms: int = 0


@dataclass(frozen=True)
class Part:
    """The right to add to a file from ``offset`` on, for ``writer`` alone."""

    file_id: UUID
    writer: UUID
    offset: int
    room: int
    path: str


def begin_upload(*, actor: User, workspace: Workspace, files: Sequence[NewFile]) -> tuple[Upload, bool]:
    """Announce files; they belong to nothing until a dataset is made of them.

    Returns: the upload, and whether it is new: the same files, chosen again, go on with theirs, or have arrived already.

    Raises:
        UploadRefused: a name cannot be stored, or stands there twice. UploadTooLarge: it is too much for one upload.
    """
    acting(actor, workspace, Action.DATA_WRITE)
    check_files(files)
    fingerprint = _fingerprint(files)
    for _attempt in range(2):
        mine = Upload.objects.filter(workspace=workspace, created_by=actor, fingerprint=fingerprint)
        found = mine.select_related("workspace", "datastore").first()
        if found is not None:
            return found, False
        try:
            return _write_down(actor, workspace, files, fingerprint), True
        except IntegrityError:
            continue  # another window was first
    raise UploadBusy(files[0].path)


def begin_part(*, actor: User, upload: Upload, file: UploadFile, offset: int) -> Part:
    """Give the caller a file to add to, for as long as they keep it (``keep_part``).

    Raises:
        UploadOver: the upload has been completed. UploadOffset: the part does not follow what is there.
        UploadBusy: somebody else adds to the file at this moment.
    """
    acting(actor, upload.workspace, Action.DATA_WRITE)
    if upload.state != UploadState.OPEN:
        raise UploadOver
    now, writer = timezone.now(), uuid4()
    free = Q(writing_until=None) | Q(writing_until__lt=now)
    rows = UploadFile.objects.filter(free, pk=file.pk, received=offset)
    if not rows.update(writer=writer, writing_until=now + WRITER_KEEPS, updated_at=now):
        file.refresh_from_db()
        raise UploadOffset(file.path, file.received) if file.received != offset else UploadBusy(file.path)
    Upload.objects.filter(pk=upload.pk).update(active_at=now)
    return Part(file.pk, writer, offset, file.size - offset, file.path)


def keep_part(part: Part) -> bool:
    """Keep a file for longer. Returns False where it has been lost to another, or the upload is gone."""
    rows = UploadFile.objects.filter(pk=part.file_id, writer=part.writer)
    return bool(rows.update(writing_until=timezone.now() + WRITER_KEEPS))


def release_part(part: Part) -> None:
    """Give a file back without having added to it."""
    UploadFile.objects.filter(pk=part.file_id, writer=part.writer).update(writer=None, writing_until=None)


def lose_file(part: Part) -> None:
    """Note that the bytes of a file are gone, so that it is sent again from its start; and give it back."""
    rows = UploadFile.objects.filter(pk=part.file_id, writer=part.writer)
    rows.update(received=0, writer=None, writing_until=None)


def keep_received(part: Part, size: int, sha256: str = "") -> int:
    """Acknowledge a part whose bytes are on disk. Returns how much of the file there is now.

    Args: size: of the part in bytes. sha256: of the whole file, where it is whole now and the hash is known; else it is read.

    Raises:
        UploadBusy: the file was lost to another writer meanwhile.
    """
    received = part.offset + size
    rows = UploadFile.objects.filter(pk=part.file_id, writer=part.writer, received=part.offset)
    if not rows.update(received=received, updated_at=timezone.now()):
        raise UploadBusy(part.path)
    try:
        file = UploadFile.objects.select_related("upload__datastore").get(pk=part.file_id)
        if received == file.size and not file.sha256:
            _move_in(file, sha256)
    finally:
        release_part(part)
    return received


def complete_upload(*, actor: User, upload: Upload, sha256s: Mapping[UUID, str] | None = None) -> Upload:
    """End an upload whose files are all there. Harmless when repeated.

    Args: sha256s: what the sender knows of its files, by their ids; what differs is to be sent again.

    Raises:
        UploadIncomplete: a file is missing. UploadMismatch: one differs from what was sent; its bytes are gone.
    """
    acting(actor, upload.workspace, Action.DATA_WRITE)
    missing = upload.files.filter(sha256="").order_by("path")
    if (count := missing.count()) and (first := missing.first()):
        raise UploadIncomplete(first.path, count)
    for file in upload.files.filter(pk__in=[*(sha256s or {})]):
        if file.sha256 != (sha256s or {})[file.pk].lower() and upload.state == UploadState.OPEN:
            get_store().delete(_key(upload, file))
            UploadFile.objects.filter(pk=file.pk).update(received=0, sha256="", writer=None, writing_until=None)
            raise UploadMismatch(file.path)
    now = timezone.now()
    rows = Upload.objects.filter(pk=upload.pk, state=UploadState.OPEN)
    rows.update(state=UploadState.COMPLETE, active_at=now, updated_at=now)
    upload.refresh_from_db(fields=["state", "active_at"])
    return upload


@transaction.atomic
def cancel_upload(*, actor: User, upload: Upload) -> None:
    """Give an upload up; its files are deleted in the background. Harmless when repeated."""
    acting(actor, upload.workspace, Action.DATA_WRITE)
    row = Upload.objects.select_for_update().filter(pk=upload.pk).first()
    if row is not None:
        _forget(row)


def prune_uploads() -> int:
    """Give up uploads that nobody has gone on with for a week. Returns how many."""
    old = timezone.now() - ABANDONED_AFTER
    waiting = Upload.objects.filter(active_at__lt=old)
    pruned = 0
    for pk in list(waiting.values_list("pk", flat=True)[:PORTION]):
        with transaction.atomic():
            row = waiting.select_for_update().filter(pk=pk).first()
            if row is not None:
                _forget(row)
                pruned += 1
    return pruned


def check_part(part: Part, told: str, found: str) -> None:
    """Hold a part to the SHA-256 its sender told, if any.

    Raises:
        PartMismatch: it differs.
    """
    if told and told.lower() != found:
        raise PartMismatch(part.path)


def draft_of(file_id: UUID) -> str:
    """Return what the bytes of a file are called until it is whole."""
    return f"upload-{file_id}"


def check_files(files: Sequence[NewFile]) -> None:
    """Hold files to the rules of uploads.

    Raises:
        UploadRefused: a name cannot be stored, or stands there twice. UploadTooLarge: it is too much at once.
    """
    if not files:
        raise UploadRefused(_("Choose at least one file."))
    if len(files) > MOST_FILES:
        message = _("These are %(count)d files; an upload takes %(most)d. Pack them, or upload them in several turns.")
        raise UploadTooLarge(message % {"count": len(files), "most": MOST_FILES})
    if (total := sum(file.size for file in files)) > MOST_BYTES:
        message = _("These files have %(size)s; an upload takes %(most)s.")
        raise UploadTooLarge(message % {"size": filesizeformat(total), "most": filesizeformat(MOST_BYTES)})
    paths = {file.path for file in files}
    for file in files:
        fault = fault_in_path(file.path, max_bytes=LONGEST_RELATIVE_PATH)
        if fault is not None:
            message = _("“%(name)s” cannot be uploaded: %(fault)s. Give the file another name.")
            raise UploadRefused(message % {"name": shown(file.path), "fault": fault})
        parts = file.path.split("/")
        above = next((path for n in range(1, len(parts)) if (path := "/".join(parts[:n])) in paths), None)
        if above is not None:
            raise UploadRefused(_("“%(name)s” is a file and a folder at once.") % {"name": shown(above)})
    if len(paths) < len(files):
        twice = Counter(file.path for file in files).most_common(1)[0][0]
        raise UploadRefused(_("“%(name)s” stands there twice.") % {"name": shown(twice)})


def _fingerprint(files: Sequence[NewFile]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.path):
        digest.update(f"{file.path}\0{file.size}\0{file.modified_ms}\n".encode())
    return digest.hexdigest()


@transaction.atomic
def _write_down(actor: User, workspace: Workspace, files: Sequence[NewFile], fingerprint: str) -> Upload:
    upload = Upload(
        workspace=workspace,
        datastore=ensure_default_datastore(workspace),
        created_by=actor,
        fingerprint=fingerprint,
        file_count=len(files),
        size=sum(file.size for file in files),
        active_at=timezone.now(),
    )
    upload.folder = f"uploads/{upload.pk}"
    upload.save()
    rows = [UploadFile(upload=upload, path=file.path, size=file.size) for file in files]
    UploadFile.objects.bulk_create(rows, batch_size=PORTION)
    return upload


def _move_in(file: UploadFile, sha256: str) -> None:
    """Put a whole file into its place, and write its hash down. Goes on where it was cut off before."""
    drafts, draft, key = drafts_of(get_store()), draft_of(file.pk), _key(file.upload, file)
    try:
        digest = sha256 or _hash(drafts.read(draft, file.size))
        drafts.finish(draft, file.size, key)
    except FileMissing:
        try:  # it was moved, and then the studio stopped
            digest = _hash(get_store().open(key))
        except FileMissing:
            UploadFile.objects.filter(pk=file.pk).update(received=0)
            raise UploadOffset(file.path, 0) from None
    UploadFile.objects.filter(pk=file.pk).update(sha256=digest)


def _hash(chunks: Any) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def _key(upload: Upload, file: UploadFile) -> str:
    return files_of(upload.datastore).key(f"{upload.folder}/{file.path}")


def _forget(upload: Upload) -> None:
    """Take the rows away and have the bytes freed after the commit."""
    begun = upload.files.filter(received__gt=0).filter(Q(sha256="") | Q(received__lt=F("size")))
    drafts = [draft_of(pk) for pk in begun.values_list("pk", flat=True)]
    queue.enqueue("data.free_files", upload.datastore_id, upload.folder, drafts)
    upload.delete()
