"""The log of news that open pages read."""

from django.db import models

from apps.core.ids import uuid7


class Topic(models.Model):
    """A stream of events. Its row is locked while an event gets its number, so numbers become visible in order."""

    name = models.CharField(max_length=200, primary_key=True)
    last_seq = models.BigIntegerField(default=0)
    first_kept_seq = models.BigIntegerField(default=1)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """One piece of news on a topic. ``seq`` counts from 1 without a gap."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(max_length=200)
    seq = models.BigIntegerField()
    type = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "seq"], name="event_once")]

    def __str__(self) -> str:
        return f"{self.topic}#{self.seq} {self.type}"
