"""The code of runs."""

from django.db import models

from apps.core.models import BaseModel
from apps.workspaces.models import Workspace


class Snapshot(BaseModel):
    """A zip of a folder with code, stored once for each content in a workspace. ``sha256`` is of what it contains.

    ``sha256`` is computed over the sorted paths and their contents, not over the zip's bytes, so that the same folder zipped
    twice is the same snapshot. ``files``: ``[{"path", "size", "sha256"}]`` in the order of their paths; sizes in bytes,
    hashes of their contents (missing in what was kept long ago).
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="snapshots")
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=500)
    size = models.PositiveBigIntegerField()
    zip_sha256 = models.CharField(max_length=64)
    files = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint("workspace", "sha256", name="snapshot_once")]

    def __str__(self) -> str:
        return self.sha256[:12]
