"""People, for administrators."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models.functions import Lower
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts import oidc, services
from apps.accounts.forms import InviteForm
from apps.accounts.lists import UserList, user_state
from apps.accounts.models import AccessToken, User
from apps.accounts.pages import back_to_list, show_once, shown_once
from apps.accounts.services import sessions
from apps.core.access import administrator
from apps.core.lists import BulkAction, selected_rows


@administrator("GET")
def users(request: HttpRequest) -> HttpResponseBase:
    """Show everybody with an account."""
    return _list(request).respond("accounts/users.html", {"form": InviteForm()})


@administrator("GET")
def user(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Show one person, and what can be done about them."""
    person = get_object_or_404(User, pk=user_id)
    context = {
        "person": person,
        "state": user_state(person),
        "identity": oidc.identity_of(person),
        "sessions": sessions.of_user(person).count(),
        "tokens": AccessToken.objects.visible_to(person).usable().count(),
        "is_self": person == request.user,
        "link": shown_once(request, "sign-in-link"),
    }
    response = render(request, "accounts/user.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@administrator("POST")
def make_administrator(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Make someone an administrator."""
    return _do(
        request,
        user_id,
        lambda actor, person: services.set_administrator(actor=actor, user=person, value=True),
        _("%(name)s is an administrator now."),
    )


@administrator("POST")
def remove_administrator(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Take someone's administrator rights back."""
    response = _do(
        request,
        user_id,
        lambda actor, person: services.set_administrator(actor=actor, user=person, value=False),
        _("%(name)s is no longer an administrator."),
    )
    return redirect("/") if user_id == request.user.pk else response


@administrator("POST")
def deactivate(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Keep someone out."""
    return _do(
        request,
        user_id,
        lambda actor, person: services.deactivate(actor=actor, user=person),
        _("%(name)s was deactivated and is signed out everywhere."),
    )


@administrator("POST")
def reactivate(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Let someone in again."""
    return _do(
        request,
        user_id,
        lambda actor, person: services.reactivate(actor=actor, user=person),
        _("%(name)s can sign in again."),
    )


@administrator("POST")
def end_sessions(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Sign someone out everywhere."""
    return _do(
        request,
        user_id,
        lambda actor, person: services.end_sessions_of(actor=actor, user=person),
        _("%(name)s was signed out everywhere."),
    )


@administrator("POST")
def make_sign_in_link(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Make a one-time link for someone who cannot sign in; the next page shows it, once."""
    actor: Any = request.user
    person = get_object_or_404(User, pk=user_id)
    show_once(request, "sign-in-link", url=services.create_sign_in_link(user=person, actor=actor))
    return redirect("accounts:user", user_id)


@administrator("POST")
def deactivate_chosen(request: HttpRequest) -> HttpResponse:
    """Deactivate the chosen people; administrators and oneself are left out."""
    actor: Any = request.user
    done, left_out = services.deactivate_many(actor=actor, users=selected_rows(request, _list(request)))
    said = ngettext("%(count)d person was deactivated.", "%(count)d people were deactivated.", done)
    messages.success(request, said % {"count": done})
    if left_out:
        said = ngettext(
            "%(count)d was left out: administrators are deactivated one by one.",
            "%(count)d were left out: administrators are deactivated one by one.",
            left_out,
        )
        messages.warning(request, said % {"count": left_out})
    return back_to_list(request, "accounts:users")


def _do(request: HttpRequest, user_id: UUID, act: Callable[[User, User], Any], said: str) -> HttpResponse:
    actor: Any = request.user
    person = get_object_or_404(User, pk=user_id)
    act(actor, person)
    messages.success(request, said % {"name": person.display_name})
    return redirect("accounts:user", user_id)


def _list(request: HttpRequest) -> UserList:
    return UserList(
        request,
        User.objects.alias(lower_username=Lower("username"), lower_name=Lower("full_name")),
        path=reverse("accounts:users"),
        bulk_actions=[
            BulkAction(
                "deactivate",
                _("Deactivate"),
                reverse("accounts:deactivate-users"),
                icon="lock",
                confirm=_(
                    "Deactivate the chosen people? They are signed out everywhere and their tokens stop working."
                ),
                is_dangerous=True,
            )
        ],
    )
