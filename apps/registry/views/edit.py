"""What can be changed of a model and its versions, in place and on pages of its own."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import UserError
from apps.core.markdown import render_markdown
from apps.registry import services
from apps.registry.forms import AliasForm, DescriptionForm, EditForm
from apps.registry.hooks import uses_of
from apps.registry.views.shared import find_model, find_version, lead_to, version_context
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.forms import TagForm
from apps.workspaces.roles import Action

MOST_USES = 20


@workspace_page(get=Action.MODELS_WRITE, post=Action.MODELS_WRITE)
def description(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """Write about a version, in its place."""
    version = find_version(request, model_name)
    posted = request.method == "POST"
    form = DescriptionForm(request.POST) if posted else DescriptionForm(initial={"description": version.description})
    context = {**version_context(request, version.model, version), "form": form}
    if posted and form.is_valid():
        try:
            changed = services.edit_version(actor=request.user, version=version, changes=form.cleaned_data)
            context["description"] = render_markdown(changed.description)
            return render(request, "registry/_description.html", context)
        except UserError as error:
            form.refuse(error)
    return render(request, "registry/_description_form.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.MODELS_WRITE)
def tags(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """Add a tag to a version, or take one off."""
    version = find_version(request, model_name)
    form = TagForm(request.POST)
    if form.is_valid():
        try:
            changes = {"tags": form.applied_to(version.tags)}
            version.tags = services.edit_version(actor=request.user, version=version, changes=changes).tags
        except UserError as error:
            form.add_error("add", str(error.message))
    context = {**version_context(request, version.model, version), "form": form}
    return render(request, "registry/_tags.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.MODELS_READ, post=Action.MODELS_WRITE)
def aliases(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """The aliases of a version: as they are now, one more (which leaves the version that had it), or one less."""
    version = find_version(request, model_name)
    form = AliasForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        added, removed = form.cleaned_data["add"], form.cleaned_data["remove"]
        try:
            if added:
                services.set_alias(actor=request.user, version=version, alias=added)
            if removed:
                services.delete_alias(actor=request.user, model=version.model, alias=removed)
        except UserError as error:
            form.add_error("add", str(error.message))
    context = {
        **version_context(request, version.model, version),
        "form": form,
        "aliases": version.aliases.order_by("name"),
    }
    return render(request, "registry/_aliases.html", context, status=422 if form.errors else 200)


@workspace_page(get=Action.MODELS_WRITE, post=Action.MODELS_WRITE)
def edit(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """Change name, description and tags of a model."""
    model = find_model(request, model_name)
    lead_to(request, model)
    initial = {"name": model.name, "description": model.description, "tags": model.tags}
    form = EditForm(request.POST) if request.method == "POST" else EditForm(initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            changed = services.edit_model(actor=request.user, model=model, changes=form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("registry:model", request.workspace.name, changed.name)
    context = {"form": form, "workspace": request.workspace, "model": model}
    return render(request, "registry/edit.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.MODELS_WRITE)
def archive(request: WorkspaceRequest, model_name: str, archived: bool) -> HttpResponse:
    """Put a model away, or bring it back."""
    model = find_model(request, model_name)
    services.archive_model(actor=request.user, model=model, archived=archived)
    if archived:
        back = reverse("registry:restore-model", args=[request.workspace.name, model.name])
        text = _("%(name)s is archived. What names it goes on working.")
        messages.success(request, text % {"name": model.name}, extra_tags=f"undo:{back}")
    else:
        messages.success(request, _("%(name)s is back.") % {"name": model.name})
    return redirect(model)


@workspace_page(post=Action.MODELS_WRITE)
def archive_version(request: WorkspaceRequest, model_name: str, archived: bool) -> HttpResponse:
    """Put a version away, or bring it back."""
    version = find_version(request, model_name)
    services.archive_version(actor=request.user, version=version, archived=archived)
    if archived:
        back = reverse("registry:restore-version", args=[request.workspace.name, model_name])
        text = _("%(name)s is archived. What names it goes on working.")
        undo = f"undo:{back}?version={version.number}"
        messages.success(request, text % {"name": version.reference}, extra_tags=undo)
    else:
        messages.success(request, _("%(name)s is back.") % {"name": version.reference})
    return redirect(version)


@workspace_page(get=Action.MODELS_WRITE, post=Action.MODELS_WRITE)
def delete(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """Say what would be lost and what uses it; then delete a model with all its versions."""
    model = find_model(request, model_name)
    lead_to(request, model)
    versions = list(model.versions.only("pk", "number", "size", "file_count"))
    context = {
        "name": model.name,
        "must_confirm": bool(versions),
        "version_count": len(versions),
        "file_count": sum(version.file_count for version in versions),
        "size": sum(version.size for version in versions),
        "uses": uses_of([version.pk for version in versions], MOST_USES),
    }
    if request.method == "POST":
        try:
            confirmed = request.POST.get("confirm", "").strip()
            services.delete_model(actor=request.user, model=model, confirm_name=confirmed)
        except UserError as error:
            context["refusal"] = str(error.message)
        else:
            messages.success(request, _("%(name)s was deleted.") % {"name": model.name})
            return redirect("registry:models", request.workspace.name)
    return _ask(request, model.get_absolute_url(), context)


@workspace_page(get=Action.MODELS_WRITE, post=Action.MODELS_WRITE)
def delete_version(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """Say what would be lost and what uses it; then delete a version."""
    version = find_version(request, model_name)
    lead_to(request, version.model)
    uses = uses_of([version.pk], MOST_USES)
    context = {
        "name": version.reference,
        "must_confirm": bool(uses),
        "file_count": version.file_count,
        "size": version.size,
        "uses": uses,
    }
    if request.method == "POST":
        try:
            confirmed = request.POST.get("confirm", "").strip()
            services.delete_version(actor=request.user, version=version, confirm_name=confirmed)
        except UserError as error:
            context["refusal"] = str(error.message)
        else:
            messages.success(request, _("%(name)s was deleted.") % {"name": version.reference})
            return redirect("registry:versions", request.workspace.name, version.model.name)
    return _ask(request, version.get_absolute_url(), context)


def _ask(request: WorkspaceRequest, back: str, context: dict[str, object]) -> HttpResponse:
    context |= {"workspace": request.workspace, "back": back}
    return render(request, "registry/delete.html", context, status=422 if "refusal" in context else 200)
