"""Who may call a route, said on the view itself.

Every page view, API view and websocket consumer carries an ``Access``. What declares it also enforces it, so the two cannot
differ; a project-wide test walks all routes, refuses any without a declaration, and makes its calls from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.utils.http import url_has_allowed_host_and_scheme

View = Callable[..., HttpResponseBase]


class Level(StrEnum):
    """Whom a route is for."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    ADMINISTRATOR = "administrator"
    WORKSPACE = "workspace"
    MACHINE = "machine"
    WORK = "work"


@dataclass(frozen=True)
class Access:
    """Who may call a route.

    ``verbs`` maps an upper-case HTTP verb (for a websocket: ``CONNECT``) to the action of the policy table that it needs, or
    to ``""`` where the level alone decides. Verbs that are not named are refused with 405.
    """

    level: Level
    verbs: Mapping[str, str] = field(default_factory=lambda: {"GET": ""})


def declare(view: Any, access: Access) -> Any:
    """Write the declaration onto a view; enforcement is the caller's."""
    view.access = access
    return view


def public(*verbs: str) -> Callable[[View], View]:
    """Let anyone call this view."""
    return _checked(Level.PUBLIC, verbs, lambda request: None)


def signed_in(*verbs: str) -> Callable[[View], View]:
    """Let anyone with an account call this view; others are sent to sign in and come back."""
    return _checked(Level.SIGNED_IN, verbs, ask_to_sign_in)


def administrator(*verbs: str) -> Callable[[View], View]:
    """Let administrators of the studio call this view; to all others it does not exist."""

    def check(request: HttpRequest) -> HttpResponseBase | None:
        if (answer := ask_to_sign_in(request)) is not None:
            return answer
        if not getattr(request.user, "is_administrator", False):
            raise Http404
        return None

    return _checked(Level.ADMINISTRATOR, verbs, check)


def ask_to_sign_in(request: HttpRequest) -> HttpResponseBase | None:
    """Return the answer that sends a stranger to the sign-in page, or None for someone with an account.

    An htmx request gets the whole page redirected, or the sign-in page would land in the middle of another.
    """
    if request.user.is_authenticated:
        return None
    if request.headers.get("HX-Request"):
        current = request.headers.get("HX-Current-URL", "/")
        return HttpResponse(
            status=401, headers={"HX-Redirect": redirect_to_login(_path_of(current)).headers["Location"]}
        )
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


def refuse_other_verbs(request: HttpRequest, access: Access) -> HttpResponseBase | None:
    """Return 405 for a verb the declaration does not name; HEAD counts as GET."""
    verb = "GET" if request.method == "HEAD" else request.method
    return None if verb in access.verbs else HttpResponseNotAllowed(sorted(access.verbs))


def _checked(
    level: Level, verbs: tuple[str, ...], check: Callable[[HttpRequest], HttpResponseBase | None]
) -> Callable[[View], View]:
    access = Access(level, dict.fromkeys(verbs or ("GET",), ""))

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            answer = check(request) or refuse_other_verbs(request, access)
            return answer if answer is not None else view(request, *args, **kwargs)

        declare(checked, access)
        return checked

    return decorate


def _path_of(address: str) -> str:
    """Return the path and query of a page of ours; the start page for anything else that a browser may have sent."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    path = f"{parts.path}{f'?{parts.query}' if parts.query else ''}"
    return path if path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else "/"
