"""Uploads: files on their way into the default datastore."""

from django.conf import settings
from django.db import models

from apps.core.models import BaseModel
from apps.data.models.datastore import Datastore
from apps.data.states import UploadState
from apps.workspaces.models import Workspace


class Upload(BaseModel):
    """Files that one person sends together, and what they have chosen for the dataset that these become.

    ``fingerprint`` is over the paths, sizes and times of the files, by which the same files chosen again are known again.
    ``folder`` is where they lie in the datastore. ``choices``: see ``services.drafts``. ``active_at``: when a part last came.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="uploads")
    datastore = models.ForeignKey(Datastore, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=20, choices=UploadState, default=UploadState.OPEN)
    fingerprint = models.CharField(max_length=64)
    folder = models.CharField(max_length=700)
    file_count = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    choices = models.JSONField(default=dict, blank=True)
    active_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "created_by", "fingerprint"], name="same_files_once")
        ]
        indexes = [
            models.Index(fields=["state", "active_at"], name="uploads_to_prune"),
            models.Index(fields=["workspace", "created_at", "id"], name="uploads_by_age"),
        ]

    def __str__(self) -> str:
        return self.folder


class UploadFile(BaseModel):
    """One file of an upload. ``size`` is what was announced, ``received`` what is on disk; both in bytes.

    ``writer`` is who sends a part now and has the file to themselves until ``writing_until``. ``sha256`` is empty until the
    file is whole and in its place.
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=700)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    writer = models.UUIDField(null=True, blank=True)
    writing_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint("upload", "path", name="upload_file_once")]

    def __str__(self) -> str:
        return self.path
