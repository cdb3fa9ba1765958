"""Each person's language and time zone, and where they are signed in."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from apps.accounts.services import sessions


class PreferencesMiddleware:
    """Show pages in the person's language and times in their zone; for strangers, in what their browser asks for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = getattr(request.user, "language", "") or translation.get_language_from_request(request)
        zone = getattr(request.user, "time_zone", "")
        with translation.override(language), timezone.override(zoneinfo.ZoneInfo(zone) if zone else None):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response


class SessionSeenMiddleware:
    """Keep the list of signed-in browsers up to date."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sessions.note(request)
        return self.get_response(request)
