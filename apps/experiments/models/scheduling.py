"""What schedules need of runs."""

from django.db import models

from apps.experiments.models.snapshot import Snapshot
from apps.schedules.models import Schedule


class ScheduledCode(models.Model):
    """Code that a schedule will run, so that it is not freed while no run has it."""

    schedule = models.ForeignKey(Schedule, on_delete=models.CASCADE, related_name="codes")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="schedules")

    class Meta:
        constraints = [models.UniqueConstraint("schedule", "snapshot", name="scheduled_code_once")]

    def __str__(self) -> str:
        return f"{self.schedule_id} {self.snapshot_id}"
