"""Create a dataset, or the next version of one: source, settings and preview, schema, details.

What is chosen on the way is kept with the upload (``services.choose``), so that the next visit goes on from there.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, UserError
from apps.data import services
from apps.data.forms import DetailsForm, SettingsForm
from apps.data.models import Upload
from apps.data.services import AskedPage, NewVersion
from apps.data.states import DatasetKind, UploadState
from apps.data.tabular.reading import TableColumn
from apps.data.tabular.settings import ColumnType, ParserSettings
from apps.data.views.paging import Paging
from apps.data.views.rows import shown
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

SHOWN_ROWS = 20
SHOWN_COLUMNS = 50
COLUMNS_OF_SCHEMA = 100


@workspace_page(get=Action.DATA_WRITE, post=Action.DATA_WRITE)
def source(request: WorkspaceRequest) -> HttpResponse:
    """Choose files and send them; the island posts the upload once it is complete."""
    name = request.GET.get("dataset", "") or request.POST.get("dataset", "")
    dataset = services.find_dataset(request.workspace, name) if name else None
    if request.method == "POST":
        try:
            upload = _find(request, request.POST.get("upload", ""))
        except Http404:
            messages.error(request, _("This upload is not complete, or is no longer there. Choose the files again."))
            return redirect("data:new", request.workspace.name)
        kind = dataset.kind if dataset else request.POST.get("kind", "")
        kind = kind if kind in DatasetKind.values else DatasetKind.TABULAR
        services.choose(upload, kind=kind, dataset=dataset.name if dataset else "")
        step = "new-settings" if kind == DatasetKind.TABULAR else "new-details"
        return redirect(f"data:{step}", request.workspace.name, upload.pk)
    api = f"/api/v1/workspaces/{request.workspace.name}/uploads/"
    context = {"dataset": dataset, "kinds": DatasetKind, "props": {"api": api, "form": "new-dataset"}}
    return render(request, "data/new_source.html", _context(request, "source", None) | context)


@workspace_page(get=Action.DATA_WRITE, post=Action.DATA_WRITE)
def settings(request: WorkspaceRequest, upload_id: Any) -> HttpResponse:
    """Show how the files are read as a table, and let that be adjusted."""
    upload = _find(request, upload_id)
    status = 200
    if request.method == "POST":
        form = SettingsForm(request.POST)
        if form.is_valid():
            try:
                chosen = form.settings()
                services.inspect_upload(upload, chosen)
                services.choose(upload, kind=DatasetKind.TABULAR, settings=chosen.as_json(), schema={})
                return redirect("data:new-schema", request.workspace.name, upload.pk)
            except UserError as error:
                form.refuse(error)
        status = 422
        context = {"form": form, **_preview(request, upload, form)}
    else:
        context = _opened(request, upload)
    answer = _context(request, "settings", upload) | context
    return render(request, "data/new_settings.html", answer, status=status)


@workspace_page(get=Action.DATA_WRITE)
def preview(request: WorkspaceRequest, upload_id: Any) -> HttpResponse:
    """The first rows, read with the settings of the form that is sent along."""
    upload = _find(request, upload_id)
    form = SettingsForm(request.GET)
    return render(request, "data/_preview.html", {"upload": upload, "form": form, **_preview(request, upload, form)})


@workspace_page(get=Action.DATA_WRITE, post=Action.DATA_WRITE)
def schema(request: WorkspaceRequest, upload_id: Any) -> HttpResponse:
    """Names, types and choice of the columns, a hundred at a time."""
    upload = _find(request, upload_id)
    read = _settings_of(upload)
    page = services.preview_upload(upload, read.as_json(), AskedPage(rows=3, columns=1))[1]
    paging = Paging.asked(request, COLUMNS_OF_SCHEMA, len(page.columns))
    errors: list[str] = []
    if request.method == "POST":
        services.choose(upload, schema=_merged(request, upload, page.columns, paging))
        try:
            leads = request.POST.get("to", "")
            if leads.isdecimal() and len(leads) < 6:
                return redirect(f"{request.path}?page={leads}")
            services.check_schema(page.columns, upload.choices.get("schema", {}))
            return redirect("data:new-details", request.workspace.name, upload.pk)
        except InvalidInput as error:
            errors = [text for texts in error.errors.values() for text in texts]
    sample = AskedPage(rows=3, first_column=paging.start, columns=COLUMNS_OF_SCHEMA)
    rows = services.preview_upload(upload, read.as_json(), sample)[1].rows
    changes = upload.choices.get("schema", {})
    context = {
        "paging": paging,
        "errors": errors,
        "types": ColumnType.choices,
        "columns": [
            {
                "place": place,
                "source": page.columns[place].name,
                "examples": [cell for row in rows if (cell := row[place - paging.start]) is not None],
                "name": page.columns[place].name,
                "type": page.columns[place].type,
                "included": True,
                **changes.get(str(place), {}),
            }
            for place in range(paging.start, paging.end)
        ],
    }
    status = 422 if errors else 200
    return render(request, "data/new_schema.html", _context(request, "schema", upload) | context, status=status)


@workspace_page(get=Action.DATA_WRITE, post=Action.DATA_WRITE)
def details(request: WorkspaceRequest, upload_id: Any) -> HttpResponse:
    """Name and description; then the dataset is made."""
    upload = _find(request, upload_id)
    chosen = upload.choices
    kind = chosen.get("kind", DatasetKind.FILE)
    if request.method == "POST":
        form = DetailsForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            new = NewVersion(
                name=given["name"],
                kind=kind,
                settings=_settings_of(upload) if kind == DatasetKind.TABULAR else None,
                schema={int(place): change for place, change in chosen.get("schema", {}).items()},
                description=given["description"],
                tags=given["tags"],
                is_next=given["is_next"],
            )
            try:
                version = services.create_version(
                    actor=request.user, workspace=request.workspace, upload=upload, new=new
                )
            except UserError as error:
                form.refuse(error)
            else:
                messages.success(request, _("%(version)s is created.") % {"version": version.reference})
                return redirect(version)
    else:
        of = chosen.get("dataset", "")
        form = DetailsForm(initial={"name": of or services.suggest_name(upload), "is_next": bool(of)})
    context = {"form": form, "kind": DatasetKind(kind)}
    status = 422 if form.errors else 200
    return render(request, "data/new_details.html", _context(request, "details", upload) | context, status=status)


@workspace_page(post=Action.DATA_WRITE)
def cancel(request: WorkspaceRequest, upload_id: Any) -> HttpResponse:
    """Give an upload up."""
    upload = get_object_or_404(Upload.objects.select_related("workspace"), workspace=request.workspace, pk=upload_id)
    services.cancel_upload(actor=request.user, upload=upload)
    messages.success(request, _("The upload was given up; what had arrived is deleted."))
    return redirect("data:datasets", request.workspace.name)


def _opened(request: HttpRequest, upload: Upload) -> dict[str, Any]:
    """Return the form with what was chosen before, or else with what the files seem to be."""
    try:
        chosen = services.settings_of_upload(upload, upload.choices.get("settings") or {})
    except UserError as error:
        return {"form": SettingsForm.showing(ParserSettings()), "fault": error.message}
    asked = AskedPage(rows=SHOWN_ROWS, columns=SHOWN_COLUMNS)
    opened: dict[str, Any] = {"form": SettingsForm.showing(chosen)}
    try:
        page = services.preview_upload(upload, chosen.as_json(), asked)[1]
    except UserError as error:
        return {**opened, "fault": error.message}
    return {**opened, "page": page, "paging": Paging(1, SHOWN_COLUMNS, len(page.columns)), "shown": shown(page)}


def _preview(request: HttpRequest, upload: Upload, form: SettingsForm) -> dict[str, Any]:
    """Return rows as the form has it, or what is wrong."""
    if not form.is_valid():
        return {"fault": next(iter(form.errors.values()))[0]}
    start = Paging.asked(request, SHOWN_COLUMNS, None).start
    try:
        asked = AskedPage(rows=SHOWN_ROWS, first_column=start, columns=SHOWN_COLUMNS)
        page = services.preview_upload(upload, form.settings().as_json(), asked)[1]
    except UserError as error:
        return {"fault": error.message}
    return {"page": page, "paging": Paging.asked(request, SHOWN_COLUMNS, len(page.columns)), "shown": shown(page)}


def _merged(request: HttpRequest, upload: Upload, columns: list[TableColumn], paging: Paging) -> dict[str, Any]:
    """Return the changes to the columns with those of the page that was sent; only what differs from the file is kept."""
    changes = dict(upload.choices.get("schema", {}))
    for place in range(paging.start, paging.end):
        column = columns[place]
        if f"name-{place}" not in request.POST:
            continue
        said = {
            "name": request.POST[f"name-{place}"],
            "type": request.POST.get(f"type-{place}", column.type),
            "included": f"included-{place}" in request.POST,
        }
        found = {"name": column.name, "type": column.type, "included": True}
        different = {name: value for name, value in said.items() if value != found[name]}
        if different:
            changes[str(place)] = different
        else:
            changes.pop(str(place), None)
    return changes


def _settings_of(upload: Upload) -> ParserSettings:
    return services.settings_of_upload(upload, upload.choices.get("settings") or {})


def _find(request: WorkspaceRequest, upload_id: Any) -> Upload:
    """Return a complete upload of the workspace.

    Raises:
        Http404: there is none; it may have become a dataset meanwhile.
    """
    rows = Upload.objects.filter(workspace=request.workspace, state=UploadState.COMPLETE)
    try:
        found = rows.select_related("workspace", "datastore").filter(pk=UUID(str(upload_id))).first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found


def _context(request: WorkspaceRequest, step: str, upload: Upload | None) -> dict[str, Any]:
    is_table = upload is None or upload.choices.get("kind") != DatasetKind.FILE
    steps = [("source", _("Source"), "")]
    if is_table:
        steps += [
            ("settings", _("Settings and preview"), "data:new-settings"),
            ("schema", _("Columns"), "data:new-schema"),
        ]
    steps.append(("details", _("Name"), "data:new-details"))
    names = [name for name, _label, _url in steps]
    here = names.index(step) if step in names else 0
    return {
        "workspace": request.workspace,
        "upload": upload,
        "steps": [
            {
                "label": label,
                "is_current": name == step,
                "url": reverse(url, args=[request.workspace.name, upload.pk])
                if upload and url and place < here
                else "",
            }
            for place, (name, label, url) in enumerate(steps)
        ],
    }
