"""Files that runs left behind."""

from django.db import models

from apps.experiments.models.run import Run


class RunFile(models.Model):
    """One file of a run, such as ``outputs/model.pkl``. ``path`` is relative, with slashes; ``size`` in bytes."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="files", db_index=False)
    path = models.CharField(max_length=1000)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=1200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("run", "path", name="run_file_once")]

    def __str__(self) -> str:
        return self.path
