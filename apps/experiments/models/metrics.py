"""Metrics of runs: a journal that is quick to write, packed chunks that are quick to read, and a summary of each series."""

from typing import ClassVar, Self

from django.db import models

from apps.experiments.models.run import Run


class MetricJournal(models.Model):
    """What one request logged; its number is the cursor of readers.

    ``source`` and ``offset`` say where it came from: a file of the run's machine and the byte at which the request began,
    or a client and a hash of what it sent, so that a request sent again counts once. ``offset`` is None for all rows of a
    long request but its first. ``payload`` is compact JSON, ``[[name, step, time in ms, value], …]``, with NaN and the
    infinities as texts. Rows go once they are packed.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    source = models.CharField(max_length=80, blank=True)
    offset = models.BigIntegerField(null=True, blank=True)
    points = models.PositiveIntegerField()
    payload = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("run", "source", "offset", name="journal_once")]
        indexes = [models.Index(fields=["run", "id"], name="journal_of_run")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.pk}"


class RunMark(models.Model):
    """How far something of a run has been taken in, so that what comes again is known.

    ``name`` is a file of its machine (``events``), and ``position`` the byte up to which it has been read; or it is
    ``packed``, and ``position`` the number in the journal up to which points have moved into chunks.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    position = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint("run", "name", name="run_mark_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.position}"


class MetricSummary(models.Model):
    """One series of a run in short. Values are None where they are not finite; ``last_text`` then says what it was.

    ``is_system`` marks what the runner measured (``system/cpu_percent``), which has a place of its own on pages.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="metrics")
    name = models.CharField(max_length=255)
    is_system = models.BooleanField(default=False)
    count = models.BigIntegerField(default=0)
    last = models.FloatField(null=True)
    last_text = models.CharField(max_length=10, blank=True)
    last_step = models.BigIntegerField(default=0)
    last_at_ms = models.BigIntegerField(default=0)
    minimum = models.FloatField(null=True)
    maximum = models.FloatField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint("run", "name", name="metric_once")]

    def __str__(self) -> str:
        return self.name


class MetricChunk(models.Model):
    """A stretch of one series, packed. ``number`` counts the chunks of the series; see ``metrics/packing.py`` for ``data``."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=255)
    number = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    first_step = models.BigIntegerField()
    last_step = models.BigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint("run", "name", "number", name="metric_chunk_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"


class RunRecordQuerySet(models.QuerySet["RunRecord"]):
    def shown(self) -> Self:
        """Leave out what is a promise to others, not something to look at."""
        return self.exclude(kind=RunRecord.MODEL)


class RunRecord(models.Model):
    """Something logged that is no number: an image, a table, a list, a text, or a chart such as a confusion matrix.

    ``kind``: image, table, list, text, confusion_matrix, accuracy_table, residuals, predictions. ``value`` holds small
    data; ``path`` names the run's file with an image. The kind ``model`` is a model to be registered once the run's files are
    stored: ``path`` among them, and in ``value`` what else was said of it.
    """

    MODEL: ClassVar[str] = "model"

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="records")
    kind = models.CharField(max_length=30)
    name = models.CharField(max_length=255)
    step = models.BigIntegerField(default=0)
    at_ms = models.BigIntegerField(default=0)
    value = models.JSONField(null=True)
    path = models.CharField(max_length=1000, blank=True)
    source = models.CharField(max_length=80, blank=True)
    offset = models.BigIntegerField(null=True, blank=True)

    objects = RunRecordQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("run", "source", "offset", name="record_once")]
        indexes = [models.Index(fields=["run", "kind", "name", "id"], name="records_of_run")]

    def __str__(self) -> str:
        return self.name
