"""Files that runs left behind."""

from django.db import models

from apps.experiments.models.run import Run


class RunFile(models.Model):
    """One file of a run, such as ``outputs/model.pkl``. ``path`` is relative, with slashes; ``size`` in bytes.

    ``origin``: the run whose bytes these are, where it is another one, such as the step that wrote an output of a pipeline.
    With that run they go.
    """

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="files", db_index=False)
    path = models.CharField(max_length=1000)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=120, blank=True)
    key = models.CharField(max_length=1200)
    origin = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.CASCADE, related_name="lent_files", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint("run", "path", name="run_file_once")]
        indexes = [
            models.Index(fields=["origin"], name="files_by_origin", condition=models.Q(origin__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.path
