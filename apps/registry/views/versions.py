"""The list of a model's versions, what can be done with several at once, and two of them side by side."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core.lists import BulkAction, Empty
from apps.registry import services
from apps.registry.errors import NotConfirmed
from apps.registry.hooks import uses_of
from apps.registry.lists import VersionList
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.views.comparison import sections_of
from apps.registry.views.lists import Deed, bulk_actions, chosen, do
from apps.registry.views.shared import MOST_VERSIONS, find_model, find_version, lead_to, page_context
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_USES = 5


def _delete(actor: User, version: ModelVersion) -> None:
    """Delete a version, unless something used it: that is asked for by its name, on its own page."""
    uses = uses_of([version.pk], MOST_USES)
    if uses:
        raise NotConfirmed(version.reference, uses)
    services.delete_version(actor=actor, version=version)


VERSION_DEEDS = {
    "archive": Deed(
        lambda actor, version: services.archive_version(actor=actor, version=version),
        lambda count: ngettext("%(count)d version was archived.", "%(count)d versions were archived.", count),
    ),
    "restore": Deed(
        lambda actor, version: services.archive_version(actor=actor, version=version, archived=False),
        lambda count: ngettext("%(count)d version is back.", "%(count)d versions are back.", count),
    ),
    "delete": Deed(
        _delete, lambda count: ngettext("%(count)d version was deleted.", "%(count)d versions were deleted.", count)
    ),
}


@workspace_page(get=Action.MODELS_READ)
def versions(request: WorkspaceRequest, model_name: str) -> HttpResponseBase:
    """All versions of a model."""
    version = find_version(request, model_name)
    context = page_context(request, version.model, version, "versions")
    return version_list(request, version.model).respond("registry/versions.html", context)


@workspace_page(post=Action.MODELS_WRITE)
def change_versions(request: WorkspaceRequest, model_name: str, deed: str) -> HttpResponse:
    """Archive, restore or delete the chosen versions."""
    model = find_model(request, model_name)
    list_ = version_list(request, model)
    do(request, VERSION_DEEDS[deed], chosen(request, list_, "model__workspace"))
    return redirect(f"{list_.path}?{list_.state.restoring}" if model.versions.exists() else model)


@workspace_page(get=Action.MODELS_READ, post=Action.MODELS_READ)
def compare(request: WorkspaceRequest, model_name: str) -> HttpResponse:
    """Two versions side by side. A post comes from the list, with the rows that were chosen there."""
    model = find_model(request, model_name)
    if request.method == "POST":
        list_ = version_list(request, model)
        numbers = sorted(version.number for version in chosen(request, list_))
        if len(numbers) == 2:
            query = urlencode({"a": numbers[0], "b": numbers[1]})
            return redirect(f"{reverse('registry:compare', args=[request.workspace.name, model.name])}?{query}")
        messages.warning(request, _("Choose two versions to compare them."))
        return redirect(f"{list_.path}?{list_.state.restoring}")
    lead_to(request, model)
    second = services.find_version(model, request.GET.get("b", "") or "latest")
    first = services.find_version(model, request.GET.get("a", "") or _before(second))
    show_all = request.GET.get("show") == "all"
    sections = sections_of(services.compare(first, second), show_all=show_all)
    context = {
        "workspace": request.workspace,
        "model": model,
        "first": first,
        "second": second,
        "show_all": show_all,
        "numbers": model.versions.order_by("-number").values_list("number", flat=True)[:MOST_VERSIONS],
        "sections": sections,
        "equal": [section for section in sections if not section.lines],
    }
    return render(request, "registry/compare.html", context)


def version_list(request: WorkspaceRequest, model: RegisteredModel) -> VersionList:
    """Return the list of a model's versions, as the page and its bulk actions have it."""
    address = [request.workspace.name, model.name]
    actions = [BulkAction("compare", _("Compare"), reverse("registry:compare", args=address), icon="compare")]
    if may(request.membership, Action.MODELS_WRITE):
        actions += bulk_actions(
            lambda deed: reverse(f"registry:{deed}-versions", args=address),
            _("Delete the chosen versions with their files? This cannot be undone."),
        )
    return VersionList(
        request,
        ModelVersion.objects.filter(model=model).defer("manifest"),
        path=reverse("registry:versions", args=address),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=actions,
        empty=Empty(_("All versions are archived"), _("The filter “Archive” shows them."), icon="archive"),
    )


def _before(version: ModelVersion) -> int:
    """Return the number of the version before another; its own where it is the first."""
    earlier = ModelVersion.objects.filter(model=version.model, number__lt=version.number).order_by("-number")
    return earlier.values_list("number", flat=True).first() or version.number
