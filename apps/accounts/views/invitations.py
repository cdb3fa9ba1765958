"""Invitations: the page of those who are invited, and the administrators' list."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from apps.accounts import oidc, services
from apps.accounts.forms import AcceptInvitationForm, InviteForm
from apps.accounts.lists import InvitationList
from apps.accounts.models import Invitation, User
from apps.accounts.pages import back_to_list, show_once, shown_once
from apps.accounts.views.sign_in import link_unusable
from apps.core.access import administrator, public
from apps.core.errors import InvalidInput, NotFound, UserError
from apps.core.lists import BulkAction, Empty, selected_rows


@public("GET", "POST")
@never_cache
@sensitive_post_parameters("password", "again")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: with the account that is signed in, or with a new one."""
    try:
        found = services.find_invitation(token)
        if request.user.is_authenticated:
            return _accept_with_account(request, token, found)
        return _accept_with_new_account(request, token, found)
    except InvalidInput:
        raise
    except UserError as error:
        return link_unusable(request, error, "accounts/invitation_unusable.html")


@administrator("GET", "POST")
def invitations(request: HttpRequest) -> HttpResponseBase:
    """Show all invitations; a post sends a new one, whose link the next page shows, once."""
    actor: Any = request.user
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            sent, link = services.invite(actor=actor, email=form.cleaned_data["email"])
        except InvalidInput as error:
            form.add_faults(error)
        else:
            show_once(request, "invitation", email=sent.email, link=link)
            return redirect("accounts:invitations")
    made = shown_once(request, "invitation") if request.method == "GET" else None
    context = {"form": form, "made": made, "is_mailed": bool(settings.STUDIO.email_url)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    response = _list(request).respond("accounts/invitations.html", context, status=status)
    if made:
        response.headers["Cache-Control"] = "no-store"
    return response


@administrator("POST")
def resend_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Give an invitation a new link."""
    actor: Any = request.user
    found = get_object_or_404(Invitation, pk=invitation_id)
    show_once(request, "invitation", email=found.email, link=services.resend(actor=actor, invitation=found))
    return back_to_list(request, "accounts:invitations")


@administrator("POST")
def withdraw_invitation(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Make an invitation useless."""
    actor: Any = request.user
    found = get_object_or_404(Invitation, pk=invitation_id)
    services.withdraw(actor=actor, invitation=found)
    messages.success(request, _("The invitation of %(email)s was withdrawn.") % {"email": found.email})
    return back_to_list(request, "accounts:invitations")


@administrator("POST")
def withdraw_chosen(request: HttpRequest) -> HttpResponse:
    """Withdraw the chosen invitations that still wait for an answer."""
    actor: Any = request.user
    count = services.withdraw_many(actor=actor, invitations=selected_rows(request, _list(request)))
    said = ngettext("%(count)d invitation was withdrawn.", "%(count)d invitations were withdrawn.", count)
    messages.success(request, said % {"count": count})
    return back_to_list(request, "accounts:invitations")


def _accept_with_account(request: HttpRequest, token: str, found: Invitation) -> HttpResponse:
    user: Any = request.user
    if request.method == "POST":
        services.accept_invitation(token=token, user=user)
        messages.success(request, _("You accepted the invitation."))
        return redirect("/")
    return _show(request, found, None)


def _accept_with_new_account(request: HttpRequest, token: str, found: Invitation) -> HttpResponse:
    has_account = User.objects.named(found.email).exists()
    if has_account and request.method == "POST":
        raise NotFound(_("There is an account with this address. Sign in to accept the invitation."))
    form = AcceptInvitationForm(request.POST or None, initial={"username": _suggested_name(found.email)})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("username", "full_name", "password")}
        try:
            user = services.accept_as_new_user(token=token, **values)
        except InvalidInput as error:
            form.add_faults(error)
        else:
            services.sign_in(request=request, user=user, method="invitation")
            messages.success(request, _("Welcome! Your account is ready."))
            return redirect("/")
    return _show(request, found, None if has_account else form)


def _show(request: HttpRequest, found: Invitation, form: AcceptInvitationForm | None) -> HttpResponse:
    context = {
        "invitation": found,
        "grants": services.describe(found.grants),
        "form": form,
        "single_sign_on": oidc.button_label(),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form is not None and form.errors else HTTPStatus.OK
    response = render(request, "accounts/invitation.html", context, status=status)
    response.headers["Referrer-Policy"] = "strict-origin"  # as for sign-in links
    return response


def _suggested_name(email: str) -> str:
    name = email.partition("@")[0].lower()
    return "" if User.objects.named(name).exists() else name


def _list(request: HttpRequest) -> InvitationList:
    return InvitationList(
        request,
        Invitation.objects.all(),
        path=reverse("accounts:invitations"),
        bulk_actions=[
            BulkAction(
                "withdraw",
                _("Withdraw"),
                reverse("accounts:withdraw-invitations"),
                icon="close",
                confirm=_("Withdraw the chosen invitations? Their links stop working."),
                is_dangerous=True,
            )
        ],
        empty=Empty(
            _("Nobody has been invited yet"),
            _("Nobody can register by themselves: people come in by an invitation, which is a link that works once."),
            icon="invitation",
            action_label=_("Invite somebody"),
            action_dialog="invite",
        ),
    )
