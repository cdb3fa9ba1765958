"""Saved views of lists."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.access import signed_in
from apps.core.errors import InvalidInput, NotAllowed, UserError
from apps.core.lists.definition import SCOPE_SALT
from apps.core.models import SavedView

MOST_VIEWS = 100


class SavedViewForm(forms.Form):
    """What is kept of a list, and under which name."""

    name = forms.CharField(max_length=60, error_messages={"required": gettext_lazy("Give the view a name.")})
    query = forms.CharField(
        max_length=2000,
        required=False,
        error_messages={"max_length": gettext_lazy("This has too many filters to be saved.")},
    )
    is_shared = forms.BooleanField(required=False)


@signed_in("POST")
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep a list's present state under a name; a view of that name is replaced."""
    key, scope, may_share, user_id = _scope(request.POST.get("scope", ""))
    if user_id != str(request.user.pk):
        raise NotAllowed(_("You signed in as somebody else since this page was opened. Reload it."))
    user: Any = request.user
    form = SavedViewForm(request.POST)
    if not form.is_valid():
        raise InvalidInput({field: [str(fault) for fault in faults] for field, faults in form.errors.items()})
    name = form.cleaned_data["name"]
    views = SavedView.objects.filter(owner=user, list_key=key, scope=scope)
    if views.exclude(name=name).count() >= MOST_VIEWS:
        raise UserError(_("You have 100 views of this list. Delete one first."))
    is_shared = form.cleaned_data["is_shared"] and may_share
    content = {"query": form.cleaned_data["query"], "is_shared": is_shared}
    view, _created = views.update_or_create(owner=user, list_key=key, scope=scope, name=name, defaults=content)
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
    path = request.POST.get("next", "/").partition("?")[0]
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else "/"
