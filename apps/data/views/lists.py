"""The lists of datasets and datastores, and what lies in a datastore."""

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import events
from apps.core.lists import Empty
from apps.core.storage.errors import InvalidKey
from apps.data import services
from apps.data.lists import DatasetList, DatastoreList
from apps.data.models import Dataset, Datastore, Upload
from apps.data.stores import browse
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.events import workspace_topic
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_OPEN = 3
MOST_SHOWN_FILES = 500


@workspace_page(get=Action.DATA_READ)
def datasets(request: WorkspaceRequest) -> HttpResponseBase:
    """All datasets of the workspace."""
    cursor = events.last_seq(workspace_topic(request.workspace.pk))  # before the rows are read: no news falls between
    may_write = may(request.membership, Action.DATA_WRITE)
    list_ = DatasetList(
        request,
        _all_datasets(request),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(
            _("No datasets yet"),
            _(
                "A dataset gives data a name and a version, so that a run can say which data it read. "
                "Begin with a CSV file of yours."
            ),
            icon="data",
            action_label=_("Create a dataset") if may_write else "",
            action_url=reverse("data:new", args=[request.workspace.name]) if may_write else "",
        ),
    )
    context = _context(request, "datasets") | {"cursor": cursor}
    if may_write:
        mine = Upload.objects.filter(workspace=request.workspace, created_by=request.user)
        context["uploads"] = mine.order_by("-active_at")[:MOST_OPEN]
    return list_.respond("data/datasets.html", context)


@workspace_page(get=Action.DATA_READ)
def datastores(request: WorkspaceRequest) -> HttpResponseBase:
    """All datastores of the workspace."""
    list_ = DatastoreList(
        request,
        Datastore.objects.filter(workspace=request.workspace).annotate(name_key=Lower("name")),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
    )
    return list_.respond("data/datastores.html", _context(request, "datastores"))


@workspace_page(get=Action.DATA_READ)
def datastore(request: WorkspaceRequest, datastore_name: str) -> HttpResponse:
    """What lies in a folder of a datastore."""
    found = services.find_datastore(request.workspace, datastore_name)
    if found is None:
        raise Http404
    folder = request.GET.get("folder", "").strip("/")
    try:
        listing = browse(found, folder)
    except InvalidKey:
        raise Http404 from None
    parts = folder.split("/") if folder else []
    context = {
        "datastore": found,
        "folder": folder,
        "trail": [{"name": part, "path": "/".join(parts[: number + 1])} for number, part in enumerate(parts)],
        "listing": listing,
        "files": [
            {"name": entry.key.rpartition("/")[2], "size": entry.size, "modified": entry.modified}
            for entry in listing.files[:MOST_SHOWN_FILES]
        ],
        "is_cut": listing.is_cut or len(listing.files) > MOST_SHOWN_FILES,
    }
    return render(request, "data/datastore.html", _context(request, "datastores") | context)


def _all_datasets(request: WorkspaceRequest) -> QuerySet[Dataset]:
    rows = Dataset.objects.filter(workspace=request.workspace).annotate(name_key=Lower("name"))
    return rows.defer("latest__columns", "latest__settings")


def _context(request: WorkspaceRequest, tab: str) -> dict[str, Any]:
    tabs = [
        {"label": label, "url": reverse(f"data:{name}", args=[request.workspace.name]), "is_current": name == tab}
        for name, label in (("datasets", _("Datasets")), ("datastores", _("Datastores")))
    ]
    return {"workspace": request.workspace, "tabs": tabs}
