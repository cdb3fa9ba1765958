"""Saved views of lists."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from apps.core.access import signed_in
from apps.core.errors import NotAllowed, UserError
from apps.core.lists.definition import SCOPE_SALT
from apps.core.models import SavedView

MOST_VIEWS = 100


@signed_in("POST")
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep a list's present state under a name; a view of that name is replaced."""
    key, scope, may_share, user_id = _scope(request.POST.get("scope", ""))
    if user_id != str(request.user.pk):
        raise NotAllowed(_("You signed in as somebody else since this page was opened. Reload it."))
    user: Any = request.user
    name = request.POST.get("name", "").strip()
    if SavedView.objects.filter(owner=user, list_key=key, scope=scope).exclude(name=name).count() >= MOST_VIEWS:
        raise UserError(_("You have 100 views of this list. Delete one first."))
    view = SavedView.objects.filter(owner=user, list_key=key, scope=scope, name=name).first()
    view = view or SavedView(owner=user, list_key=key, scope=scope, name=name)
    view.query = request.POST.get("query", "")
    view.is_shared = bool(request.POST.get("is_shared")) and may_share
    try:
        view.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise UserError(" ".join(error.messages), field="name") from None
    view.save()
    messages.success(request, _("The view “%(name)s” was saved.") % {"name": name})
    return redirect(f"{_here(request)}?{view.query}")


@signed_in("POST")
def delete_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Delete one of one's own views."""
    user: Any = request.user
    view = get_object_or_404(SavedView, owner=user, pk=view_id)
    view.delete()
    messages.success(request, _("The view “%(name)s” was deleted.") % {"name": view.name})
    return redirect(f"{_here(request)}?{view.query}")


def _scope(token: str) -> tuple[str, str, bool, str]:
    try:
        key, scope, may_share, user_id = signing.loads(token, salt=SCOPE_SALT, max_age=7 * 24 * 3600)
    except signing.BadSignature:
        raise UserError(_("This page was open for too long. Reload it and save the view again.")) from None
    return key, scope, may_share, user_id


def _here(request: HttpRequest) -> str:
    """Return the posted path of the list; only a path, so that it cannot lead to another site."""
    path = urlsplit(request.POST.get("next", "/")).path
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
