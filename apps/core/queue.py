"""Ask for background work by name: written with the transaction that needs it, so that nothing acknowledged is ever lost.

``enqueue`` writes a row and, after the commit, wakes a worker through the broker. The worker removes the row when the task
has ended. Rows whose message was lost (broker or worker killed) are sent again by a beat task; so tasks must bear being run
twice.
"""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery import Task, current_app
from celery.exceptions import Ignore
from django.db import close_old_connections, transaction
from django.utils import timezone

from apps.core.models import PendingTask

logger = logging.getLogger(__name__)

PENDING_HEADER = "studio_pending"
RESEND_AFTER = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)
LONGEST_BACKOFF_S = 3600
MOST_ATTEMPTS = 12


def enqueue(name: str, *arguments: Any, delay_s: float = 0) -> None:
    """Have the task ``name`` run once the present transaction has been committed.

    Args: name: ``<app>.<function>`` of a shared task. arguments: values that JSON can hold; UUIDs become text.
        delay_s: seconds to wait before it may start.
    """
    values = [str(value) if isinstance(value, UUID) else value for value in arguments]
    wait = timedelta(seconds=delay_s) if delay_s else RESEND_AFTER
    row = PendingTask.objects.create(name=name, arguments=values, send_at=timezone.now() + wait)
    if not delay_s:
        transaction.on_commit(lambda: send(row))


def send(row: PendingTask) -> bool:
    """Put a row's message on the broker. Returns False where the broker is away; the row is sent again later."""
    try:
        current_app.send_task(row.name, args=row.arguments, headers={PENDING_HEADER: str(row.pk)}, retry=False)
    except Exception as error:  # whatever the broker's client raises, the row must outlive it
        logger.warning("The broker did not take %s (%s); it will be sent again.", row.name, error)
        return False
    return True


def resend_waiting() -> int:
    """Send what is due: delayed tasks, and those whose first message got no further. Returns how many messages went out.

    What has waited for long is sent again ever more rarely: where workers are behind, more messages would not help them.
    """
    now = timezone.now()
    sent = 0
    for row in PendingTask.objects.filter(failed_at=None, send_at__lte=now).order_by("send_at")[:500]:
        wait = min(max(now - row.created_at, RESEND_AFTER), LONGEST_WAIT)
        # Before it is sent: a worker may be so quick to fail that the time it sets would be overwritten.
        PendingTask.objects.filter(pk=row.pk).update(send_at=now + wait)
        if not send(row):
            PendingTask.objects.filter(pk=row.pk, send_at=now + wait).update(send_at=row.send_at)
            break
        sent += 1
    return sent


class StudioTask(Task):
    """A task that takes its row out of the outbox when it has ended, and has it tried again later when it failed.

    An error that the task names in ``throws`` is an end like any other.
    """

    abstract = True

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        """Leave out what another message for the same row has brought to its end already."""
        if not self.request.is_eager:  # run in its caller's process, it shares the caller's connection and transaction
            close_old_connections()
        pending = self._pending()
        if pending and not PendingTask.objects.filter(pk=pending, failed_at=None).exists():
            raise Ignore

    def on_success(self, retval: Any, task_id: str, args: Any, kwargs: Any) -> None:
        if pending := self._pending():
            PendingTask.objects.filter(pk=pending).delete()

    def on_failure(self, exc: Exception, task_id: str, args: Any, kwargs: Any, einfo: Any) -> None:
        if not (pending := self._pending()):
            return
        if isinstance(exc, tuple(self.throws)):
            PendingTask.objects.filter(pk=pending).delete()
        else:
            note_failure(pending, exc)

    def _pending(self) -> str | None:
        headers = getattr(self.request, "headers", None) or {}
        value = headers.get(PENDING_HEADER) or getattr(self.request, PENDING_HEADER, None)
        return str(value) if value else None


def note_failure(pending: str, error: Exception) -> None:
    """Write down why a task failed and when to try again; after ``MOST_ATTEMPTS`` it stays as failed, for a person to see."""
    row = PendingTask.objects.filter(pk=pending).first()
    if row is None:
        return
    row.attempts += 1
    row.last_error = f"{type(error).__name__}: {error}"[:3000]
    row.send_at = timezone.now() + timedelta(seconds=min(2**row.attempts, LONGEST_BACKOFF_S))
    row.failed_at = timezone.now() if row.attempts >= MOST_ATTEMPTS else None
    row.save(update_fields=["attempts", "last_error", "send_at", "failed_at", "updated_at"])


def retry(row: PendingTask) -> None:
    """Start over with a task that had been given up."""
    row.failed_at, row.attempts, row.send_at = None, 0, timezone.now() + RESEND_AFTER
    row.save(update_fields=["failed_at", "attempts", "send_at", "updated_at"])
    transaction.on_commit(lambda: send(row))
