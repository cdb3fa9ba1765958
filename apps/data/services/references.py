"""What a job means by its data."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models.functions import Lower

from apps.data.errors import DatasetUnknown, NotAReference, VersionUnknown
from apps.data.models import Dataset, DatasetVersion
from apps.workspaces.models import Workspace

LATEST = "latest"
SHOWN_NAMES = 20

_REFERENCE = re.compile(r"(?:azureml:)?([A-Za-z0-9][A-Za-z0-9._-]{0,254})(?:[:@]([A-Za-z0-9._-]{1,40}))?")


@dataclass(frozen=True)
class ResolvedDataset:
    """What a reference to a dataset means now. ``name`` is ``name:version``; ``sha256`` is over all its files,
    which are the rows of ``DatasetFile``."""

    id: UUID
    name: str
    kind: str
    sha256: str
    file_count: int
    size: int


def resolve_reference(workspace: Workspace, reference: str) -> ResolvedDataset:
    """Return what a job means: ``azureml:name:1``, ``name@latest``, or ``name`` for the latest version.

    Raises:
        NotAReference, DatasetUnknown, VersionUnknown: it means nothing here; the message says what there is.
    """
    version = find_version(workspace, reference)
    return ResolvedDataset(
        version.pk, version.reference, version.dataset.kind, version.sha256, version.file_count, version.size
    )


def find_version(workspace: Workspace, reference: str) -> DatasetVersion:
    """Return the version that a reference names, with its dataset, datastore and workspace, without its columns.

    Raises:
        NotAReference, DatasetUnknown, VersionUnknown: there is none.
    """
    match = _REFERENCE.fullmatch(reference.strip())
    if match is None:
        raise NotAReference(reference)
    name, wanted = match.groups()
    rows = Dataset.objects.filter(workspace=workspace).exclude(latest=None).alias(lower_name=Lower("name"))
    dataset = rows.filter(lower_name=name.lower()).first()
    if dataset is None:
        known = Dataset.objects.filter(workspace=workspace, archived_at=None).order_by("-latest_at")
        raise DatasetUnknown(name, list(known.values_list("name", flat=True)[:SHOWN_NAMES]))
    versions = DatasetVersion.objects.filter(dataset=dataset).select_related("datastore", "created_by").defer("columns")
    latest_id: Any = dataset.latest_id  # those without a latest version were left out above
    if wanted is None or wanted.lower() == LATEST:
        version = versions.get(pk=latest_id)
    else:
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0
        found = versions.filter(number=number).first()
        if found is None:
            latest = versions.filter(pk=latest_id).values_list("number", flat=True).first()
            raise VersionUnknown(dataset.name, wanted, latest or 0)
        version = found
    dataset.workspace = workspace
    version.dataset = dataset
    return version
