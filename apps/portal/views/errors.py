"""Error pages that say what to do. An htmx request or a program gets the same words as problem+json."""

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from apps.core.errors import NotAllowed, NotFound, PlatformError, UserError
from apps.core.faults import recognise
from apps.core.middleware import error_response

logger = logging.getLogger(__name__)


class FormExpired(UserError):
    """The CSRF token of a form is missing or belongs to another session."""

    code = "form_expired"
    status = 403


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    error = recognise(exception)
    return error_response(
        request, error or UserError(_("This request could not be understood. Go back and try again."))
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return error_response(request, NotAllowed(_("You may not do this.")))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404."""
    return error_response(request, NotFound(_("There is nothing here, or you may not see it.")))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose session has ended since the page was opened."""
    message = _("This page was open for too long, or you signed in again elsewhere. Reload it and try again.")
    return error_response(request, FormExpired(message))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 for what went wrong outside of a view. Django logs the cause; this adds the reference that people quote."""
    error = sys.exc_info()[1]
    known = recognise(error) if error else None
    problem = known or PlatformError(_("Something went wrong on our side. Try again in a moment."))
    if isinstance(problem, PlatformError):
        logger.error("%s at %s", problem.reference, request.path, exc_info=error)
    return error_response(request, problem)
