"""The page of a dataset, tab by tab, and what can be done with it."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.core.lists import Empty
from apps.core.markdown import render_markdown
from apps.data import services
from apps.data.charts import histogram
from apps.data.forms import DescriptionForm
from apps.data.hooks import uses_of
from apps.data.lists import DatasetFileList
from apps.data.models import Dataset, DatasetFile, DatasetVersion
from apps.data.services import AskedPage
from apps.data.snippets import run_type, snippets_of
from apps.data.states import DatasetKind
from apps.data.tabular.settings import DELIMITERS, ColumnType, Format
from apps.data.views.paging import Paging
from apps.data.views.rows import shown
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_VERSIONS = 200
MOST_USES = 200
MOST_NAMED_FILES = 200
SHOWN_ROWS = 100
SHOWN_COLUMNS = 50
COLUMNS_OF_SCHEMA = 100
COLUMNS_OF_PROFILE = 20
SHOWN_QUANTILES = ("0.05", "0.25", "0.5", "0.75", "0.95")


@workspace_page(get=Action.DATA_READ)
def overview(request: WorkspaceRequest, dataset_name: str) -> HttpResponse:
    """What it is: facts, description, and the columns of a table."""
    version = _find(request, dataset_name, with_columns=True)
    paging = Paging.asked(request, COLUMNS_OF_SCHEMA, version.column_count)
    types = dict(ColumnType.choices)
    context = {
        "paging": paging,
        "columns": [
            {**column, "type_label": types.get(column["type"], column["type"])}
            for column in version.columns[paging.start : paging.end]
        ],
        "description": render_markdown(version.dataset.description),
        "settings": _settings_in_words(version),
    }
    return render(request, "data/dataset.html", _context(request, version, "dataset") | context)


@workspace_page(get=Action.DATA_READ)
def preview(request: WorkspaceRequest, dataset_name: str) -> HttpResponse:
    """Rows of one of its files."""
    version = _table(request, dataset_name)
    columns = Paging.asked(request, SHOWN_COLUMNS, version.column_count, "columns")
    rows = Paging.asked(request, SHOWN_ROWS, None, "rows")
    path = request.GET.get("path", "")
    context: dict[str, Any] = {"path": path, "columns": columns}
    names = DatasetFile.objects.filter(version=version).order_by("path").values_list("path", flat=True)
    context["paths"] = names[:MOST_NAMED_FILES] if version.file_count > 1 else []
    try:
        asked = AskedPage(path, rows.start, SHOWN_ROWS, columns.start, SHOWN_COLUMNS)
        page = services.preview_version(version, asked)
        context |= {
            "page": page,
            "rows": replace(rows, has_next=not page.is_all and bool(page.rows)),
        }
        context["shown"] = shown(page)
    except UserError as error:
        context["fault"] = error.message
    return render(request, "data/dataset_preview.html", _context(request, version, "dataset-preview") | context)


@workspace_page(get=Action.DATA_READ)
def profile(request: WorkspaceRequest, dataset_name: str) -> HttpResponse:
    """Numbers about its columns, over the first rows."""
    version = _table(request, dataset_name, with_columns=True)
    paging = Paging.asked(request, COLUMNS_OF_PROFILE, version.column_count)
    context: dict[str, Any] = {"paging": paging}
    types = dict(ColumnType.choices)
    try:
        found = services.profile_version(version, paging.start, COLUMNS_OF_PROFILE)
        context["profile"] = found
        context["columns"] = [
            {
                "numbers": column,
                "type": types.get(column.type, column.type),
                "chart": histogram(column),
                "facts": [_short(value) for value in (column.minimum, column.maximum, column.mean, column.deviation)]
                + [_short(column.quantiles.get(share)) for share in SHOWN_QUANTILES],
            }
            for column in found.columns
        ]
    except UserError as error:
        context["fault"] = error.message
    return render(request, "data/dataset_profile.html", _context(request, version, "dataset-profile") | context)


@workspace_page(get=Action.DATA_READ)
def files(request: WorkspaceRequest, dataset_name: str) -> HttpResponseBase:
    """The files of a version."""
    version = _find(request, dataset_name)
    list_ = DatasetFileList(
        request,
        DatasetFile.objects.filter(version=version),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(_("No files"), icon="file"),
    )
    return list_.respond("data/dataset_files.html", _context(request, version, "dataset-files"))


@workspace_page(get=Action.DATA_READ)
def consume(request: WorkspaceRequest, dataset_name: str) -> HttpResponse:
    """What to write to use a version."""
    version = _find(request, dataset_name, with_columns=True)
    first = DatasetFile.objects.filter(version=version).order_by("path").first()
    chosen = urlencode({"data": f"azureml:{version.reference}", "type": run_type(version)})
    context = {
        "snippets": snippets_of(version, first.path if first else ""),
        "run_url": f"{reverse('experiments:new-run', args=[request.workspace.name])}?{chosen}",
        "may_run": may(request.membership, Action.RUNS_WRITE),
    }
    return render(request, "data/dataset_consume.html", _context(request, version, "dataset-consume") | context)


@workspace_page(get=Action.DATA_READ)
def lineage(request: WorkspaceRequest, dataset_name: str) -> HttpResponse:
    """What read it, and what it came from, in any version."""
    version = _find(request, dataset_name)
    numbers = dict(version.dataset.versions.values_list("pk", "number"))
    uses = uses_of([*numbers], MOST_USES)
    context = {
        "uses": [{"use": use, "version": numbers.get(use.version_id)} for use in uses],
        "is_cut": len(uses) == MOST_USES,
        "snippet": f"inputs:\n  data:\n    type: {run_type(version)}\n    path: azureml:{version.reference}\n",
    }
    return render(request, "data/dataset_lineage.html", _context(request, version, "dataset-lineage") | context)


@workspace_page(get=Action.DATA_WRITE, post=Action.DATA_WRITE)
def edit(request: WorkspaceRequest, dataset_name: str) -> HttpResponse:
    """Change description and tags."""
    version = _find(request, dataset_name)
    dataset = version.dataset
    form = DescriptionForm(request.POST or None, initial={"description": dataset.description, "tags": dataset.tags})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit_dataset(actor=request.user, dataset=dataset, changes=form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect(dataset)
    context = {"form": form, "workspace": request.workspace, "dataset": dataset}
    return render(request, "data/edit.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.DATA_WRITE)
def archive(request: WorkspaceRequest, dataset_name: str, archived: bool) -> HttpResponse:
    """Put a dataset away, or bring it back."""
    found = _find(request, dataset_name).dataset
    services.set_archived(actor=request.user, dataset=found, archived=archived)
    if archived:
        back = reverse("data:restore-dataset", args=[request.workspace.name, found.name])
        text = _("%(name)s is archived. Jobs that name it go on working.")
        messages.success(request, text % {"name": found.name}, extra_tags=f"undo:{back}")
    else:
        messages.success(request, _("%(name)s is back.") % {"name": found.name})
    return redirect(found)


@workspace_page(get=Action.DATA_WRITE, post=Action.DATA_WRITE)
def delete(request: WorkspaceRequest, dataset_name: str) -> HttpResponse:
    """Say what would be lost and who uses it; then delete."""
    dataset = _find(request, dataset_name).dataset
    if request.method == "POST":
        try:
            services.delete_dataset(
                actor=request.user, dataset=dataset, confirmed_name=request.POST.get("confirm", "").strip()
            )
        except UserError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("%(name)s was deleted.") % {"name": dataset.name})
            return redirect("data:datasets", request.workspace.name)
    versions = list(dataset.versions.only("pk", "number", "size", "file_count"))
    context = {
        "workspace": request.workspace,
        "dataset": dataset,
        "version_count": len(versions),
        "file_count": sum(version.file_count for version in versions),
        "size": sum(version.size for version in versions),
        "uses": uses_of([version.pk for version in versions], MOST_USES),
    }
    return render(request, "data/delete.html", context)


def _find(request: WorkspaceRequest, name: str, *, with_columns: bool = False) -> DatasetVersion:
    """Return the version that the address names: the latest, or that of ``?version=``.

    Raises:
        Http404: there is no such dataset or version in the workspace.
    """
    dataset = services.find_dataset(request.workspace, name)
    if dataset is None:
        raise Http404
    dataset.workspace = request.workspace
    wanted = request.GET.get("version", "")
    if wanted and not (wanted.isdecimal() and wanted.isascii() and len(wanted) < 9):
        raise Http404
    rows = DatasetVersion.objects.filter(dataset=dataset).select_related("created_by", "datastore")
    if not with_columns:
        rows = rows.defer("columns")
    version = rows.filter(**({"number": int(wanted)} if wanted else {"pk": dataset.latest_id})).first()
    if version is None:
        raise Http404
    version.dataset = dataset
    return version


def _table(request: WorkspaceRequest, name: str, *, with_columns: bool = False) -> DatasetVersion:
    version = _find(request, name, with_columns=with_columns)
    if version.dataset.kind != DatasetKind.TABULAR:
        raise Http404
    return version


def _context(request: WorkspaceRequest, version: DatasetVersion, tab: str) -> dict[str, Any]:
    dataset: Dataset = version.dataset
    chosen = f"?version={version.number}" if request.GET.get("version") else ""
    names = [("dataset", _("Overview"))]
    if dataset.kind == DatasetKind.TABULAR:
        names += [("dataset-preview", _("Preview")), ("dataset-profile", _("Profile"))]
    names += [("dataset-files", _("Files")), ("dataset-consume", _("Consume")), ("dataset-lineage", _("Lineage"))]
    address = [request.workspace.name, dataset.name]
    return {
        "workspace": request.workspace,
        "dataset": dataset,
        "version": version,
        "versions": dataset.versions.order_by("-number").only("pk", "number", "created_at")[:MOST_VERSIONS],
        "chosen": chosen,
        "tabs": [
            {"label": label, "url": f"{reverse(f'data:{name}', args=address)}{chosen}", "is_current": name == tab}
            for name, label in names
        ],
        "may_write": may(request.membership, Action.DATA_WRITE),
    }


def _short(value: Any) -> str:
    """Return a number in few digits; a date as it is, a dash for none."""
    if value is None:
        return "–"
    return f"{value:.5g}" if isinstance(value, float) else str(value)


def _settings_in_words(version: DatasetVersion) -> list[tuple[str, str]]:
    """Return the settings of the parser as facts."""
    settings = version.settings
    if not settings:
        return []
    facts = [(_("Format"), str(Format(settings["format"]).label))]
    if "delimiter" in settings:
        mark = settings["delimiter"]
        facts.append((_("Delimiter"), str(DELIMITERS.get(mark, mark))))
    if "encoding" in settings:
        facts.append((_("Encoding"), settings["encoding"]))
    if "has_header" in settings:
        facts.append((_("Header"), _("The first line") if settings["has_header"] else _("None")))
    if settings.get("decimal_comma"):
        facts.append((_("Numbers"), _("With a decimal comma")))
    if settings.get("skip_lines"):
        facts.append((_("Skipped lines"), str(settings["skip_lines"])))
    return facts
