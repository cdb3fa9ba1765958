"""What the core throws away when it is old."""

from datetime import timedelta

from django.core.management import call_command
from django.db.models import Max
from django.utils import timezone

from apps.core.models import Event, IdempotentAnswer, SpentTicket, Topic

KEEP_EVENTS = timedelta(hours=24)
KEEP_ANSWERS = timedelta(hours=24)
KEEP_SPENT_TICKETS = timedelta(hours=1)  # far longer than a ticket is good for


def prune() -> None:
    """Remove events and kept answers older than a day, spent tickets, and sessions that have ended. Harmless when run twice."""
    now = timezone.now()
    old = Event.objects.filter(created_at__lt=now - KEEP_EVENTS)
    for row in old.values("topic").annotate(last=Max("seq")).iterator():
        # First the mark, then the rows: a reader must never take a pruned stretch for an empty one.
        Topic.objects.filter(name=row["topic"], first_kept_seq__lte=row["last"]).update(first_kept_seq=row["last"] + 1)
    Event.objects.filter(created_at__lt=now - KEEP_EVENTS).delete()
    IdempotentAnswer.objects.filter(created_at__lt=now - KEEP_ANSWERS).delete()
    SpentTicket.objects.filter(created_at__lt=now - KEEP_SPENT_TICKETS).delete()
    call_command("clearsessions")
