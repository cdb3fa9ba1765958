"""Error pages that say what to do. An htmx request or a program gets the same words as problem+json."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.core.errors import NotAllowed, NotFound, PlatformError, StudioError, UserError

logger = logging.getLogger(__name__)


class FormExpired(UserError):
    """The CSRF token of a form is missing or belongs to another session."""

    code = "form_expired"
    status = 403


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return _answer(request, "400.html", UserError(_("This request could not be understood. Go back and try again.")))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return _answer(request, "403.html", NotAllowed(_("You may not do this.")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return _answer(request, "404.html", NotFound(_("There is nothing here, or you may not see it.")))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose session has ended since the page was opened."""
    message = _("This page was open for too long, or you signed in again elsewhere. Reload it and try again.")
    return _answer(request, "403.html", FormExpired(message))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; the cause was logged by Django."""
    return _answer(request, "500.html", PlatformError(_("Something went wrong on our side. Try again in a moment.")))


def _answer(request: HttpRequest, template: str, error: StudioError) -> HttpResponse:
    context: dict[str, Any] = {"error": error, "problem": error.problem()}
    wants_json = request.headers.get("HX-Request") or request.path.startswith("/api/")
    if wants_json or "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(error.problem(), status=error.status, content_type="application/problem+json")
    return render(request, template, context, status=error.status)
