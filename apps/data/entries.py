"""What other parts of the studio show of data."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.activity import verbs
from apps.core.hooks import ASSETS, Content, Holding, NavigationEntry, SearchGroup, SearchResult
from apps.data.models import Dataset, DatasetFile
from apps.data.stores import files_of
from apps.workspaces.models import Membership
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_RESULTS = 5
SOURCE = "datasets"


def navigation() -> list[NavigationEntry]:
    """The data page, among the assets."""
    return [NavigationEntry(ASSETS, gettext_lazy("Data"), "data", "data:datasets", Action.DATA_READ, 410, "d")]


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find datasets by name, from within a workspace."""
    user: Any = request.user
    membership = Membership.objects.filter(workspace=workspace, user=user).first() if workspace else None
    if not may(membership, Action.DATA_READ):
        return []
    rows = Dataset.objects.filter(workspace=workspace, archived_at=None, name__icontains=text)
    items = [
        SearchResult(row.name, row.get_kind_display(), row.get_absolute_url(), "data")
        for row in rows.select_related("workspace").order_by("name")[:MOST_RESULTS]
    ]
    return [SearchGroup(_("Datasets"), items)]


def workspace_holds(workspace_ids: Collection[UUID]) -> dict[UUID, list[Holding]]:
    """Return how many datasets there are in workspaces, and what all their versions take."""
    rows = Dataset.objects.filter(workspace__in=workspace_ids).order_by()
    counts = dict(rows.values_list("workspace").annotate(Count("pk")))
    sizes = dict(rows.values_list("workspace").annotate(Sum("versions__size")))
    return {pk: [Holding(_("Datasets"), count, sizes.get(pk) or 0)] for pk, count in counts.items()}


def content_path(file: DatasetFile) -> str:
    """Return what names a file of a version for ``content:open``."""
    return f"{SOURCE}/{file.version_id}/{file.path}"


def content_source(user: Any, path: str) -> Content | None:
    """Return the file that a path names, if there is one and the user may read the workspace's data."""
    source, _slash, rest = path.partition("/")
    version_id, _slash, file_path = rest.partition("/")
    if source != SOURCE or not user.is_authenticated:
        return None
    try:
        pk = UUID(version_id)
    except ValueError:
        return None
    rows = DatasetFile.objects.filter(version=pk, version__dataset__workspace__deleted_at=None, path=file_path)
    row = rows.select_related("version__dataset", "version__datastore").defer("version__columns").first()
    if row is None:
        return None
    membership = Membership.objects.filter(workspace=row.version.dataset.workspace_id, user=user).first()
    if not may(membership, Action.DATA_READ):
        return None
    return content_of(row)


def content_of(file: DatasetFile) -> Content:
    """Return how a file of a version is served."""
    key = files_of(file.version.datastore).key(f"{file.version.folder}/{file.path}")
    return Content(key, file.path.rpartition("/")[2], "", file.sha256)


def register_verbs() -> None:
    """Say how records of what is done with data read."""
    verbs.register(
        "dataset.version_created",
        gettext_lazy("Dataset created"),
        gettext_lazy("%(actor)s created the dataset %(summary)s"),
    )
    verbs.register(
        "dataset.edited", gettext_lazy("Dataset described"), gettext_lazy("%(actor)s described the dataset %(target)s")
    )
    verbs.register(
        "dataset.archived", gettext_lazy("Dataset archived"), gettext_lazy("%(actor)s archived the dataset %(target)s")
    )
    verbs.register(
        "dataset.unarchived",
        gettext_lazy("Dataset taken out of the archive"),
        gettext_lazy("%(actor)s took the dataset %(target)s out of the archive"),
    )
    verbs.register(
        "dataset.deleted", gettext_lazy("Dataset deleted"), gettext_lazy("%(actor)s deleted the dataset %(summary)s")
    )
