"""One's own access tokens."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts import services
from apps.accounts.forms import TokenForm
from apps.accounts.lists import TokenList
from apps.accounts.models import AccessToken
from apps.accounts.pages import back_to_list, show_once, shown_once
from apps.core.access import signed_in
from apps.core.errors import InvalidInput
from apps.core.lists import BulkAction, Empty, selected_rows

MOST_AT_ONCE = 1_000


@signed_in("GET", "POST")
def tokens(request: HttpRequest) -> HttpResponseBase:
    """Show one's tokens; a post makes a new one, whose secret the next page shows, once."""
    user: Any = request.user
    form = TokenForm(request.POST or None, workspaces=services.workspaces_of(user))
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = services.create_token(
                user=user,
                name=form.cleaned_data["name"],
                scope=form.cleaned_data["scope"],
                expires_at=form.expires_at(),
                workspace_ids=form.workspace_ids(),
            )
        except InvalidInput as error:
            form.add_faults(error)
        else:
            show_once(request, "token", name=token.name, secret=secret)
            return redirect("accounts:tokens")
    made = shown_once(request, "token") if request.method == "GET" else None
    context = {"form": form, "made": made, "snippets": _snippets(made["secret"]) if made else {}}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    response = _list(request).respond("accounts/tokens.html", context, status=status)
    if made:
        response.headers["Cache-Control"] = "no-store"
    return response


@signed_in("POST")
def revoke_token(request: HttpRequest, token_id: UUID) -> HttpResponse:
    """Revoke one of one's own tokens."""
    user: Any = request.user
    token = get_object_or_404(AccessToken.objects.visible_to(user), pk=token_id)
    services.revoke_token(actor=user, token=token)
    messages.success(request, _("“%(name)s” was revoked.") % {"name": token.name})
    return back_to_list(request, "accounts:tokens")


@signed_in("POST")
def revoke_chosen(request: HttpRequest) -> HttpResponse:
    """Revoke the chosen tokens."""
    user: Any = request.user
    chosen = list(selected_rows(request, _list(request))[:MOST_AT_ONCE])
    for token in chosen:
        services.revoke_token(actor=user, token=token)
    said = ngettext("%(count)d token was revoked.", "%(count)d tokens were revoked.", len(chosen))
    messages.success(request, said % {"count": len(chosen)})
    return back_to_list(request, "accounts:tokens")


def _list(request: HttpRequest) -> TokenList:
    user: Any = request.user
    return TokenList(
        request,
        AccessToken.objects.visible_to(user).filter(revoked_at=None),
        path=reverse("accounts:tokens"),
        bulk_actions=[
            BulkAction(
                "revoke",
                _("Revoke"),
                reverse("accounts:revoke-tokens"),
                icon="trash",
                confirm=_("Revoke the chosen tokens? Whatever uses them stops working at once. This cannot be undone."),
                is_dangerous=True,
            )
        ],
        empty=Empty(
            _("No access tokens yet"),
            _("A token lets the command line, scripts and MLflow clients work in your name, without your password."),
            icon="key",
            action_label=_("New token"),
            action_dialog="new-token",
        ),
    )


def _snippets(secret: str) -> dict[str, str]:
    """Return how to use a token. The command line asks for it, as others on the machine can see what is typed there."""
    url = settings.STUDIO.url
    return {
        "cli": f"studio login --url {url}",
        "curl": f'curl -H "Authorization: Bearer {secret}" {url}/api/v1/me/',
    }
