"""Every API error as problem+json (RFC 9457), with the words that a page would show."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from apps.core.errors import InvalidInput, NotAllowed, NotFound, PlatformError
from apps.core.faults import recognise

logger = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn any exception of an API view into problem+json. What is our fault is logged under its reference."""
    known = recognise(error)
    if known is not None:
        if isinstance(known, PlatformError):
            logger.error("%s in the API", known.reference, exc_info=error)
        return _answer(known.problem())
    if isinstance(error, Http404):
        return _answer(NotFound(_("There is nothing here, or you may not see it.")).problem())
    if isinstance(error, PermissionDenied):
        return _answer(NotAllowed(_("Your role does not allow this.")).problem())
    if isinstance(error, DjangoValidationError):
        return _answer(InvalidInput(_by_field(error)).problem())
    if isinstance(error, exceptions.ValidationError):
        return _answer(InvalidInput(flatten(error.detail)).problem())
    response = drf_handler(error, context)
    if response is not None:
        code = getattr(error, "default_code", "error")
        problem = {
            "type": f"urn:studio:error:{code}",
            "title": HTTPStatus(response.status_code).phrase,
            "status": response.status_code,
            "code": code,
            "detail": str(getattr(error, "detail", error)),
        }
        answer = _answer(problem)
        for name in ("WWW-Authenticate", "Retry-After"):
            if name in response.headers:
                answer[name] = response.headers[name]
        return answer
    ours = PlatformError(_("Something went wrong on our side. The reference helps your administrator find out what."))
    logger.exception("%s in the API", ours.reference, exc_info=error)
    return _answer(ours.problem())


def flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """Return nested serializer errors as sentences by dotted field name."""
    if isinstance(detail, dict):
        errors: dict[str, list[str]] = {}
        for name, value in detail.items():
            errors |= flatten(value, f"{prefix}.{name}" if prefix else str(name))
        return errors
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        errors = {}
        for position, value in enumerate(detail):
            errors |= flatten(value, f"{prefix}[{position}]")
        return errors
    return {prefix or "non_field_errors": [str(item) for item in (detail if isinstance(detail, list) else [detail])]}


def _by_field(error: DjangoValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {name: [str(message) for message in messages] for name, messages in error.message_dict.items()}
    return {"non_field_errors": [str(message) for message in error.messages]}


def _answer(problem: dict[str, Any]) -> Response:
    return Response(problem, status=problem["status"], content_type=MEDIA_TYPE)
