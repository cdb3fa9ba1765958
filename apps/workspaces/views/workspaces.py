"""The list of workspaces, a new one, and a workspace's home."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.requests import SignedInRequest
from apps.core import hooks
from apps.core.access import signed_in
from apps.core.errors import UserError
from apps.core.lists import Empty
from apps.core.markdown import render_markdown
from apps.workspaces import services
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.connect import snippets_of
from apps.workspaces.forms import CreateForm, DetailsForm
from apps.workspaces.lists import WorkspaceList
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

FACES = 8


@signed_in()
def workspace_list(request: SignedInRequest) -> HttpResponseBase:
    """The workspaces a person is a member of."""
    list_ = WorkspaceList(
        request,
        Workspace.objects.live().of(request.user).with_member_count().with_sort_keys(),
        empty=Empty(
            _("A workspace holds what a team works on"),
            _("Data, jobs, models and endpoints belong to it, and so do the people who may see them."),
            icon="workspace",
            action_label=_("Create a workspace"),
            action_url=reverse("workspaces:new"),
        ),
    )
    return list_.respond("workspaces/list.html")


@signed_in("GET", "POST")
def new(request: SignedInRequest) -> HttpResponse:
    """Make a workspace."""
    form = CreateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            workspace = services.create_workspace(actor=request.user, **form.cleaned_data)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The workspace “%(title)s” is ready.") % {"title": workspace.title})
            return redirect(workspace)
    return render(request, "workspaces/new.html", {"form": form}, status=422 if form.errors else 200)


@signed_in("POST")
def preview(request: SignedInRequest) -> HttpResponse:
    """Show a description as it will look."""
    form = DetailsForm(request.POST)
    form.is_valid()
    context = {"form": form, "html": render_markdown(form.cleaned_data.get("description", ""))}
    return render(request, "workspaces/_preview.html", context)


@workspace_page(get=Action.WORKSPACE_ENTER)
def home(request: WorkspaceRequest) -> HttpResponse:
    """What a workspace is, who is in it, what it holds."""
    members = Membership.objects.filter(workspace=request.workspace)
    may_see_members = may(request.membership, Action.MEMBERS_READ)
    cards = sorted((card for cards in hooks.home_cards(request) for card in cards), key=lambda card: card.order)
    context = {
        "workspace": request.workspace,
        "description": render_markdown(request.workspace.description),
        "wide_cards": [card for card in cards if card.is_wide],
        "cards": [card for card in cards if not card.is_wide],
        "snippets": snippets_of(request.workspace),
        "member_count": members.count() if may_see_members else None,
        "faces": members.select_related("user").order_by("created_at", "pk")[:FACES] if may_see_members else [],
    }
    return render(request, "workspaces/home.html", context)
