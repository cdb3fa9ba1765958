"""Datasets: names for versions of data."""

from typing import Any, Self

from django.conf import settings as studio
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.data.models.datastore import Datastore
from apps.data.states import DatasetKind
from apps.workspaces.models import Workspace
from apps.workspaces.text import validate_text

NAME_PATTERN = r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,254}\Z"


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, user: Any) -> Self:
        """Keep the datasets of workspaces the user is a member of."""
        return self.filter(workspace__in=Workspace.objects.visible_to(user))


class Dataset(BaseModel):
    """A name for versions. ``latest`` is what ``name@latest`` means; it is only empty within the transaction that makes it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="datasets")
    name = models.CharField(
        _("name"),
        max_length=255,
        validators=[
            RegexValidator(
                NAME_PATTERN,
                _("Use letters, digits, hyphens, underscores or dots, and begin with a letter or digit."),
            )
        ],
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DatasetKind)
    description = models.TextField(_("description"), max_length=20_000, blank=True, validators=[validate_text])
    tags = models.JSONField(_("tags"), default=dict, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        studio.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    latest = models.ForeignKey(
        "data.DatasetVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    latest_at = models.DateTimeField(default=timezone.now)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="dataset_name_once",
                violation_error_message=_("A dataset of this name exists."),
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "-latest_at", "id"], name="datasets_by_change"),
            models.Index(fields=["workspace", "created_at", "id"], name="datasets_by_age"),
            models.Index("workspace", Lower("name"), "id", name="named_datasets"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of its page."""
        return reverse("data:dataset", args=[self.workspace.name, self.name])


class DatasetVersion(BaseModel):
    """One version, immutable once written.

    ``folder`` is where its files lie in the datastore; the paths of ``DatasetFile`` are relative to it. ``sha256`` is over
    paths and contents, so that the same data has the same one. ``settings``: see ``tabular.settings``. ``columns``:
    ``[{"name", "source", "type", "included"}]`` in the order of the files; with many columns it is large, so what needs no
    columns defers it. ``row_count`` is None where counting would have taken too long, ``is_checked`` False where
    not every line of a table was looked at when it was registered.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    datastore = models.ForeignKey(Datastore, on_delete=models.PROTECT, related_name="+")
    folder = models.CharField(max_length=700)
    sha256 = models.CharField(max_length=64)
    file_count = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    settings = models.JSONField(default=dict, blank=True)
    columns = models.JSONField(default=list, blank=True)
    column_count = models.PositiveIntegerField(default=0)
    row_count = models.PositiveBigIntegerField(null=True, blank=True)
    is_checked = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        studio.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint("dataset", "number", name="dataset_version_once")]
        indexes = [models.Index(fields=["datastore", "folder"], name="versions_by_folder")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What job files call it: ``name:version``."""
        return f"{self.dataset.name}:{self.number}"

    def get_absolute_url(self) -> str:
        """Return the address of the dataset's page, at this version."""
        return f"{self.dataset.get_absolute_url()}?version={self.number}"


class DatasetFile(BaseModel):
    """A file of a version. ``path`` is relative to the version's folder; ``size`` in bytes."""

    version = models.ForeignKey(DatasetVersion, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=700)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint("version", "path", name="dataset_file_once")]

    def __str__(self) -> str:
        return self.path
