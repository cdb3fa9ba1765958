"""Where readers of metrics stand. Without NumPy, so that every process may import it."""

from uuid import UUID

from django.db.models import Max

from apps.experiments.models import MetricJournal, RunMark

PACKED = "packed"
"""The mark up to which a run's journal has moved into chunks."""


def packed_to(run_id: UUID) -> int:
    """Return the number in the journal up to which a run's points are in chunks."""
    marks = RunMark.objects.filter(run_id=run_id, name=PACKED)
    return marks.values_list("position", flat=True).first() or 0


def cursor_of(run_id: UUID) -> int:
    """Return the number of the newest request in a run's journal: what a page has read, if it reads after asking this."""
    newest = MetricJournal.objects.filter(run_id=run_id).aggregate(newest=Max("id"))["newest"]
    return newest or packed_to(run_id)
