"""Logs of runs: append-only, addressed by byte offset, found by line."""

from django.db import models

from apps.experiments.models.run import Run


class RunLog(models.Model):
    """One log file of a run. ``size`` in bytes; ``lines`` counts complete lines. ``ended_at``: nothing more will come.

    ``cut_at``: when it reached the limit of a log; what came after that is not kept, and its last line says so.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="logs")
    path = models.CharField(max_length=500)
    size = models.PositiveBigIntegerField(default=0)
    lines = models.PositiveBigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cut_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("run", "path", name="log_once")]

    def __str__(self) -> str:
        return self.path


class LogSegment(models.Model):
    """A stretch of a log: ``length`` bytes from ``offset`` on. Either ``data`` holds it, or the store under ``key``.

    ``first_line`` is the number (from 0) of the line that its first byte belongs to. Small segments are joined in the
    background into files of the store, without a change to what readers see.
    """

    id = models.BigAutoField(primary_key=True)
    log = models.ForeignKey(RunLog, on_delete=models.CASCADE, related_name="segments", db_index=False)
    offset = models.PositiveBigIntegerField()
    length = models.PositiveIntegerField()
    first_line = models.PositiveBigIntegerField()
    lines = models.PositiveIntegerField()
    data = models.BinaryField(null=True)
    key = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("log", "offset", name="log_segment_once")]
        indexes = [models.Index(fields=["log", "first_line"], name="log_segments_by_line")]

    def __str__(self) -> str:
        return f"{self.log_id} {self.offset}"
