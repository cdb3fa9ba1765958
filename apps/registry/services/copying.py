"""Copies the files of new versions, in the background. May be killed at any point and run twice: it goes on where it was.

A file is in the version's folder whole and with the hash that it was registered with, or not at all.
"""

import hashlib
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from apps.core import hooks, queue
from apps.core.errors import UserError
from apps.core.storage import FileMissing, get_store
from apps.core.storage.keys import shown
from apps.registry.models import ModelFile, ModelVersion
from apps.registry.services.shared import locked, point_to_latest
from apps.registry.states import VersionState
from apps.workspaces.events import workspace_changed
from apps.workspaces.services.shared import in_language_of

AT_ONCE_S: Final = 15.0  # then the next task goes on, since a task is short
KEPT_FOR: Final = timedelta(minutes=2)
NOTED_EVERY_S: Final = 1.0
PORTION: Final = 200
LOST_AFTER: Final = timedelta(minutes=10)


class _Changed(UserError):
    """The bytes are not those that were registered."""

    code = "model_file_changed"


def copy_files(version_id: UUID) -> None:
    """Copy what a version still lacks, for a while; the rest is left to the next task."""
    now = timezone.now()
    waiting = ModelVersion.objects.filter(pk=version_id, state=VersionState.PENDING)
    free = Q(copying_until=None) | Q(copying_until__lt=now)
    if not waiting.filter(free).update(copying_until=now + KEPT_FOR):
        if waiting.exists():  # another worker is at it; should it be killed, this goes on
            queue.enqueue("registry.copy_files", version_id, delay_s=KEPT_FOR.total_seconds())
        return
    version = waiting.select_related("model__workspace", "created_by").get()
    try:
        is_done = _copy_for_a_while(version)
    except UserError as error:
        _fail(version, str(error))
    except BaseException:
        waiting.update(copying_until=None)
        raise
    else:
        if is_done:
            _succeed(version)
        else:
            waiting.update(copying_until=None)
            queue.enqueue("registry.copy_files", version_id)


def watch_copies() -> int:
    """Begin again with copies that nobody goes on with. Returns how many."""
    now = timezone.now()
    lost = ModelVersion.objects.filter(state=VersionState.PENDING, created_at__lt=now - LOST_AFTER)
    idle = lost.filter(Q(copying_until=None) | Q(copying_until__lt=now), updated_at__lt=now - LOST_AFTER)
    begun = list(idle.values_list("pk", flat=True)[:PORTION])
    for pk in begun:
        ModelVersion.objects.filter(pk=pk).update(updated_at=now)
        queue.enqueue("registry.copy_files", pk)
    return len(begun)


def _copy_for_a_while(version: ModelVersion) -> bool:
    """Copy files until all are there, or time is up. Returns whether all are."""
    until = time.monotonic() + AT_ONCE_S
    lease = _Lease(version)
    rows = version.files.exclude(source_key="").order_by("path")
    while files := list(rows[:PORTION]):
        copied = []
        try:
            for file in files:
                _copy(version, file, lease)
                copied.append(file.pk)
                lease.note(len(copied))
                if time.monotonic() > until:
                    break
        finally:
            version.files.filter(pk__in=copied).update(source_key="")
        lease.done += len(copied)
        if time.monotonic() > until:
            return not rows.exists()
    return True


def _copy(version: ModelVersion, file: ModelFile, lease: "_Lease") -> None:
    try:
        source = get_store().open(file.source_key)
    except FileMissing:
        message = _("“%(path)s” was deleted or replaced before it was copied. Register the model again.")
        raise _Changed(message % {"path": shown(file.path)}) from None
    get_store().write(version.key_of(file.path), _checked(file, lease.kept(source)))


def _checked(file: ModelFile, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Pass bytes on; at their end, they must be those that were registered, else nothing of them is stored."""
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk)
        yield chunk
    if digest.hexdigest() != file.sha256:
        message = _(
            "“%(path)s” is damaged: its SHA-256 is no longer what it was. Make the file again, and register it."
        )
        raise _Changed(message % {"path": shown(file.path)})


class _Lease:
    """Keeps a version for this worker while bytes pass, and says how far it is."""

    def __init__(self, version: ModelVersion) -> None:
        self._version = version
        self._noted = time.monotonic()
        self._kept = self._noted
        self.done = version.files.filter(source_key="").count()

    def kept(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass bytes on; a large file may take longer than the version is kept for at once."""
        for chunk in chunks:
            yield chunk
            if time.monotonic() - self._kept > KEPT_FOR.total_seconds() / 4:
                self._kept = time.monotonic()
                self._write()

    def note(self, more: int) -> None:
        """Say how many files are there, ``more`` than at the last portion; now and then."""
        if time.monotonic() - self._noted > NOTED_EVERY_S:
            self._noted = time.monotonic()
            numbers = {"done": number_format(self.done + more, force_grouping=True),
                       "all": number_format(self._version.file_count, force_grouping=True)}  # fmt: skip
            self._write(state_reason=_("%(done)s of %(all)s files are copied") % numbers)

    def _write(self, **fields: str) -> None:
        now = timezone.now()
        rows = ModelVersion.objects.filter(pk=self._version.pk, state=VersionState.PENDING)
        rows.update(copying_until=now + KEPT_FOR, updated_at=now, **fields)


@transaction.atomic
def _succeed(version: ModelVersion) -> None:
    if _move_to(version, VersionState.READY, ""):
        workspace_changed(version.model.workspace_id, "models")


@transaction.atomic
def _fail(version: ModelVersion, reason: str) -> None:
    """Note that a version has no files, take away what was copied of them, and tell whoever registered it."""
    if not _move_to(version, VersionState.FAILED, reason[:2000]):
        return
    model = locked(version.model)
    if model is not None:
        point_to_latest(model)
    folder = version.folder
    transaction.on_commit(lambda: get_store().delete_prefix(folder))
    if version.created_by is not None:
        with in_language_of(version.created_by):
            title = _("The files of the model %(reference)s could not be copied") % {"reference": version.reference}
        hooks.notify(
            version.created_by,
            title,
            body=reason[:500],
            url=version.get_absolute_url(),
            level="error",
            kind="model.failed",
        )
    workspace_changed(version.model.workspace_id, "models")


def _move_to(version: ModelVersion, state: VersionState, reason: str) -> bool:
    rows = ModelVersion.objects.filter(pk=version.pk, state=VersionState.PENDING)
    now = timezone.now()
    return bool(rows.update(state=state, state_reason=reason, copying_until=None, updated_at=now))
