"""Middleware of every request."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.core.errors import PlatformError, StudioError
from apps.core.faults import recognise

logger = logging.getLogger(__name__)

PAGES = {HTTPStatus.NOT_FOUND: "404.html", HTTPStatus.FORBIDDEN: "403.html"}

# What Django answers itself, with the error pages of studio.urls. All else that is not foreseen is our fault.
LEFT_TO_DJANGO = (Http404, PermissionDenied, BadRequest, SuspiciousOperation, MultiPartParserError)

# Clients of these addresses are programs: they stay on the address they were given.
PROGRAM_PATHS = ("/api/v1/", "/mlflow/", "/healthz")


class CanonicalHostMiddleware:
    """Send people who open the site at 127.0.0.1 or localhost to its own name.

    Sessions belong to one host name, and user content is kept apart by another; only at its own name do both hold.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.canonical = urlsplit(settings.STUDIO.url).netloc

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        host = request.get_host()
        if host != self.canonical and not request.path.startswith(PROGRAM_PATHS) and request.method in {"GET", "HEAD"}:
            # Not for good: browsers would remember it for whatever else is served on this port one day.
            return HttpResponseRedirect(f"{settings.STUDIO.url}{request.get_full_path()}", preserve_request=True)
        return self.get_response(request)


class ProblemMiddleware:
    """Turn errors that speak into pages that show their words; an htmx request gets problem+json, which becomes a toast."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer StudioErrors with their own status, and anything unforeseen as our fault, with a reference."""
        if settings.DEBUG_PROPAGATE_EXCEPTIONS or isinstance(error, LEFT_TO_DJANGO):
            return None
        problem = recognise(error) or PlatformError(
            _("Something went wrong on our side. Your work up to here is safe; try again.")
        )
        if isinstance(problem, PlatformError):
            logger.error("%s at %s", problem.reference, request.path, exc_info=error)
        return error_response(request, problem)


def error_response(request: HttpRequest, error: StudioError) -> HttpResponse:
    """Answer with an error's own words: as a page, or as problem+json for htmx and programs."""
    asks_json = request.headers.get("HX-Request") or request.path.startswith("/api/")
    if asks_json or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(error.problem(), status=error.status, content_type="application/problem+json")
    is_ours = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    template = "500.html" if is_ours else PAGES.get(HTTPStatus(error.status), "400.html")
    return render(request, template, {"error": error, "problem": error.problem()}, status=error.status)
