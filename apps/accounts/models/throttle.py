"""Counters of failed tries to sign in."""

from django.db import models


class Throttle(models.Model):
    """Tries that failed since ``since``, under a hash of whom they concern. Rows whose window is over are thrown away."""

    key = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.tries} since {self.since}"
