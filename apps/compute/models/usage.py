"""How much of the machines was in use, over time; and how long somebody has been watching."""

from django.db import models

from apps.compute.models.agents import Agent
from apps.core.ids import uuid7


class UsageSample(models.Model):
    """How one machine was used at a moment. Memory in MB; ``load`` is that of the machine, to be compared with its cores."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="usage")
    at = models.DateTimeField()
    slots_total = models.PositiveIntegerField()
    slots_used = models.PositiveIntegerField()
    cores = models.PositiveIntegerField()
    load = models.FloatField()
    memory_total_mb = models.PositiveBigIntegerField()
    memory_used_mb = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "at"], name="usage_sample_once")]
        indexes = [models.Index(fields=["at"], name="usage_by_time")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.at}"


class Watch(models.Model):
    """One row: when the reconciler last looked, and since when it has looked without a gap.

    While the studio is off, nobody could have heard of any work; so silence is counted from ``since`` at the earliest.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seen_at = models.DateTimeField()
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"since {self.since}"
