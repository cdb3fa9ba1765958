"""What the pages of accounts have in common: where to go next, and secrets that are shown once."""

import json
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from apps.core import crypto

_KEY = "shown_once"
# Coming back to these after signing in would lead in a circle.
_NEVER_NEXT = ("/sign-in", "/sign-out", "/oidc/")


def next_path(request: HttpRequest, default: str = "/") -> str:
    """Return where the visitor wanted to go: a path on this site from ``next``, or ``default`` for anything else."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_here = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_here and not wanted.startswith(_NEVER_NEXT) else default


def show_once(request: HttpRequest, kind: str, **values: str) -> None:
    """Keep a fresh secret for the next page this visitor sees. The session's row holds it encrypted, until then only."""
    request.session[_KEY] = crypto.encrypt(json.dumps({"kind": kind, **values})).decode()


def shown_once(request: HttpRequest, kind: str) -> dict[str, str] | None:
    """Return what ``show_once`` kept, and forget it; None where there is nothing of this kind."""
    kept = request.session.pop(_KEY, None)
    if kept is None:
        return None
    values: dict[str, str] = json.loads(crypto.decrypt(kept.encode()))
    return values if values.pop("kind") == kind else None


def after_signing_in(needs_password: bool, path: str) -> str:
    """Return where to go after a link or an invitation: to choose a password first, where there is none."""
    if not needs_password:
        return path
    return f"{reverse('accounts:password')}?{urlencode({'next': path})}"


def back_to_list(request: HttpRequest, name: str) -> HttpResponse:
    """Go back to a list as it stood: with the search and filters that its address had."""
    path = reverse(name)
    try:
        came_from = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # it is no address
        return redirect(path)
    is_list = came_from.path == path and came_from.netloc == request.get_host()
    return redirect(f"{path}?{came_from.query}" if is_list and came_from.query else path)
