"""Members of a workspace."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import Invitation
from apps.core.errors import UserError
from apps.core.lists import BulkAction, Empty
from apps.workspaces import services
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.errors import UnknownPerson
from apps.workspaces.forms import AddMemberForm, RoleForm
from apps.workspaces.lists import MemberList
from apps.workspaces.models import Membership
from apps.workspaces.policies import may
from apps.workspaces.roles import Action, Role
from apps.workspaces.views.answers import chosen_rows, go_to


@workspace_page(get=Action.MEMBERS_READ)
def members(request: WorkspaceRequest) -> HttpResponseBase:
    """Who belongs to the workspace, and who was invited."""
    may_manage = may(request.membership, Action.MEMBERS_MANAGE)
    context = {
        "workspace": request.workspace,
        "form": AddMemberForm(initial={"role": Role.DATA_SCIENTIST}),
        # Looked for only where the whole page is shown, not each time the list is.
        "invitations": SimpleLazyObject(lambda: services.open_invitations(request.workspace)) if may_manage else [],
    }
    return _member_list(request).respond("workspaces/members.html", context)


@workspace_page(post=Action.MEMBERS_MANAGE)
def add_member(request: WorkspaceRequest) -> HttpResponse:
    """Add somebody with an account; invite somebody without, and show the invitation's link this one time."""
    form = AddMemberForm(request.POST)
    context = {"workspace": request.workspace, "form": form}
    if form.is_valid():
        person, role = form.cleaned_data["person"], form.cleaned_data["role"]
        try:
            try:
                added = services.add_member(actor=request.user, workspace=request.workspace, person=person, role=role)
            except UnknownPerson:
                if not services.is_email(person):
                    raise
                invitation, link = services.invite_member(
                    actor=request.user, workspace=request.workspace, email=person, role=role
                )
                context |= {"invitation": invitation, "link": link, "role": Role(role).label}
                context["is_mailed"] = bool(settings.STUDIO.email_url)
                return render(request, "workspaces/_invited.html", context)
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(person)s is a member now.") % {"person": added.user.display_name})
            return go_to(request, reverse("workspaces:members", args=[request.workspace.name]))
    return render(request, "workspaces/_add_member.html", context, status=422)


@workspace_page(get=Action.MEMBERS_READ, post=Action.MEMBERS_MANAGE)
def member(request: WorkspaceRequest, membership_id: UUID) -> HttpResponse:
    """One member: since when, as what; owners change the role here."""
    membership = _find(request, membership_id)
    form = RoleForm(request.POST or None, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_role(actor=request.user, membership=membership, role=form.cleaned_data["role"])
        except UserError as error:
            form.refuse(error)
        else:
            messages.success(
                request, _("The role of %(person)s is changed.") % {"person": membership.user.display_name}
            )
            return redirect("workspaces:members", request.workspace.name)
    context = {"workspace": request.workspace, "member": membership, "form": form}
    return render(request, "workspaces/member.html", context, status=422 if form.errors else 200)


@workspace_page(post=Action.MEMBERS_MANAGE)
def remove_member(request: WorkspaceRequest, membership_id: UUID) -> HttpResponse:
    """Take somebody's role away."""
    membership = _find(request, membership_id)
    services.remove_member(actor=request.user, membership=membership)
    messages.success(request, _("%(person)s is no longer a member.") % {"person": membership.user.display_name})
    if membership.user == request.user:
        return redirect("workspaces:list")
    return redirect("workspaces:members", request.workspace.name)


@workspace_page(post=Action.MEMBERS_MANAGE)
@transaction.atomic
def remove_chosen(request: WorkspaceRequest) -> HttpResponse:
    """Take the roles of the chosen people away, of all or of none."""
    chosen = chosen_rows(request, _member_list(request), "user", "workspace")
    for membership in chosen:
        if membership.user == request.user:
            raise UserError(_("You chose yourself too. To leave the workspace, use “Leave” instead."))
        services.remove_member(actor=request.user, membership=membership)
    text = ngettext("%(count)d member was removed.", "%(count)d members were removed.", len(chosen))
    messages.success(request, text % {"count": len(chosen)})
    return redirect(f"{reverse('workspaces:members', args=[request.workspace.name])}?{request.GET.urlencode()}")


@workspace_page(post=Action.WORKSPACE_ENTER)
def leave(request: WorkspaceRequest) -> HttpResponse:
    """Give up one's own role."""
    services.leave(actor=request.user, workspace=request.workspace)
    messages.success(request, _("You left “%(title)s”.") % {"title": request.workspace.title})
    return redirect("workspaces:list")


@workspace_page(post=Action.MEMBERS_MANAGE)
def withdraw_invitation(request: WorkspaceRequest, invitation_id: UUID) -> HttpResponse:
    """Take back an invitation to this workspace."""
    to_here = Invitation.objects.filter(grants__workspaces__has_key=str(request.workspace.pk))
    invitation = get_object_or_404(to_here, pk=invitation_id)
    services.withdraw_invitation(actor=request.user, workspace=request.workspace, invitation=invitation)
    messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("workspaces:members", request.workspace.name)


def _find(request: WorkspaceRequest, membership_id: UUID) -> Membership:
    rows = Membership.objects.select_related("user", "workspace")
    return get_object_or_404(rows, pk=membership_id, workspace=request.workspace)


def _member_list(request: WorkspaceRequest) -> MemberList:
    name = request.workspace.name
    remove = BulkAction(
        "remove",
        _("Remove"),
        reverse("workspaces:remove-chosen", args=[name]),
        icon="trash",
        confirm=_("They lose access to this workspace at once. What they made here stays."),
        is_dangerous=True,
    )
    return MemberList(
        request,
        Membership.objects.filter(workspace=request.workspace),
        path=reverse("workspaces:members", args=[name]),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        bulk_actions=[remove] if may(request.membership, Action.MEMBERS_MANAGE) else [],
        empty=Empty(_("Members")),
    )
