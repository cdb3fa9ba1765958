"""Register components, and change what can be changed of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.core.markdown import render_markdown
from apps.experiments.views.kept_code import code_of, keep_upload, kept_context, sign_kept
from apps.pipelines.forms import ComponentForm, VersionForm
from apps.pipelines.models import ComponentVersion
from apps.pipelines.services import components as services
from apps.pipelines.services.component_files import register_file
from apps.pipelines.services.exporting import yaml_of
from apps.pipelines.views.components import find_component, find_version, version_context
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.forms import TagForm
from apps.workspaces.roles import Action

EXAMPLE_SCRIPT = "prepare.py"
EXAMPLE_FILE = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: prepare_data
display_name: Prepare data
type: command
inputs:
  raw:
    type: uri_folder
  test_share:
    type: number
    default: 0.2
    min: 0
    max: 1
outputs:
  prepared:
    type: uri_folder
code: .
environment: azureml:sklearn@latest
command: >-
  python prepare.py --raw ${{inputs.raw}} --test-share ${{inputs.test_share}}
  --prepared ${{outputs.prepared}}
"""
EXAMPLE_CODE = """\
import argparse
import shutil

parser = argparse.ArgumentParser()
parser.add_argument("--raw")
parser.add_argument("--test-share", type=float)
parser.add_argument("--prepared")
arguments = parser.parse_args()

shutil.copytree(arguments.raw, arguments.prepared, dirs_exist_ok=True)
"""


@workspace_page(get=Action.COMPONENTS_WRITE, post=Action.COMPONENTS_WRITE)
def new(request: WorkspaceRequest) -> HttpResponse:
    """Register a component by its file, written here or chosen, with its code; ``?from=`` begins with one that is there."""
    if request.method != "POST":
        return _show(request, ComponentForm(initial=_start(request)))
    data, refusal = keep_upload(request)
    form = ComponentForm(data, request.FILES)
    if refusal:
        form.add_error("upload", refusal)
    if form.is_valid():
        try:
            version, is_new = register_file(
                actor=request.user,
                workspace=request.workspace,
                text=form.cleaned_data["component"],
                snapshot=code_of(request.workspace, form),
                version=form.cleaned_data["version"],
            )
        except UserError as error:
            form.refuse(error)
        else:
            said = _("%(version)s is registered.") if is_new else _("%(version)s does exactly this already.")
            messages.success(request, said % {"version": version.reference})
            return redirect(version)
    return _show(request, form, status=422)


@workspace_page(get=Action.COMPONENTS_WRITE, post=Action.COMPONENTS_WRITE)
def description(request: WorkspaceRequest, component_name: str) -> HttpResponse:
    """Say what a version is called and for, in its place."""
    version = find_version(request, component_name)
    posted = request.method == "POST"
    said = {"display_name": version.display_name, "description": version.description}
    form = VersionForm(request.POST) if posted else VersionForm(initial=said)
    context = {**version_context(request, version), "form": form}
    if posted and form.is_valid():
        try:
            changed = services.edit_version(actor=request.user, version=version, changes=form.cleaned_data)
            context |= {"version": changed, "description": render_markdown(changed.description)}
            return render(request, "pipelines/components/_description.html", context)
        except UserError as error:
            form.refuse(error)
    return render(request, "pipelines/components/_description_form.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.COMPONENTS_WRITE)
def tags(request: WorkspaceRequest, component_name: str) -> HttpResponse:
    """Add a tag to a version, or take one off."""
    version = find_version(request, component_name)
    form = TagForm(request.POST)
    if form.is_valid():
        try:
            changes = {"tags": form.applied_to(version.tags)}
            version.tags = services.edit_version(actor=request.user, version=version, changes=changes).tags
        except UserError as error:
            form.add_error("add", str(error.message))
    context = {**version_context(request, version), "form": form}
    return render(request, "pipelines/components/_tags.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.COMPONENTS_WRITE)
def archive(request: WorkspaceRequest, component_name: str, archived: bool) -> HttpResponse:
    """Put a component away, or bring it back."""
    component = find_component(request, component_name)
    services.archive_component(actor=request.user, component=component, archived=archived)
    back = reverse("pipelines:restore-component", args=[request.workspace.name, component.name]) if archived else ""
    _say(request, component.name, back)
    return redirect(component)


@workspace_page(post=Action.COMPONENTS_WRITE)
def archive_version(request: WorkspaceRequest, component_name: str, archived: bool) -> HttpResponse:
    """Put a version away, or bring it back."""
    version = find_version(request, component_name)
    services.archive_version(actor=request.user, version=version, archived=archived)
    back = reverse("pipelines:restore-component-version", args=[request.workspace.name, component_name])
    query = urlencode({"version": version.version})
    _say(request, version.reference, f"{back}?{query}" if archived else "")
    return redirect(version)


def _say(request: WorkspaceRequest, name: str, undo: str) -> None:
    if undo:
        text = _("%(name)s is archived. Pipelines that are there go on with it; new ones cannot use it.")
        messages.success(request, text % {"name": name}, extra_tags=f"undo:{undo}")
    else:
        messages.success(request, _("%(name)s is back.") % {"name": name})


def _start(request: WorkspaceRequest) -> dict[str, Any]:
    """Return what the form begins with: an example, or the version whose next one is made."""
    name = request.GET.get("from", "")
    if not name:
        return {
            "component": EXAMPLE_FILE, "code_from": "script", "script_name": EXAMPLE_SCRIPT, "script": EXAMPLE_CODE,
        }  # fmt: skip
    version: ComponentVersion = find_version(request, name)
    kept = {"code_from": "kept", "kept": sign_kept(version.snapshot)} if version.snapshot else {"code_from": "none"}
    return {"component": yaml_of(version), **kept}


def _show(request: WorkspaceRequest, form: ComponentForm, *, status: int = 200) -> HttpResponse:
    context = {
        "workspace": request.workspace,
        "form": form,
        "origin": request.GET.get("from", ""),
        **kept_context(request.workspace, form),
    }
    return render(request, "pipelines/components/new.html", context, status=status)
