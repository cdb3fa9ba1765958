"""What datasets and uploads can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DatasetKind(models.TextChoices):
    """How a dataset is read."""

    FILE = "file", _("Files")
    TABULAR = "tabular", _("Table")


class DatastoreKind(models.TextChoices):
    """Where a datastore's files lie."""

    WORKSPACE = "workspace", _("Workspace storage")


class UploadState(models.TextChoices):
    """How far an upload is. One that has become a dataset, or was given up, is gone."""

    OPEN = "Open", _("Open")
    COMPLETE = "Complete", _("Complete")
