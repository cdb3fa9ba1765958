"""Single sign-on: to the provider and back."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from apps.accounts import oidc
from apps.accounts.adapters import refused
from apps.accounts.errors import SingleSignOnFailed
from apps.accounts.pages import next_path
from apps.core.access import public, signed_in


@public("GET")
@never_cache
def begin(request: HttpRequest) -> HttpResponseBase:
    """Go to the provider to sign in. A link, not a form: the content security policy would follow a form to the provider."""
    _only_where_set_up()
    try:
        return oidc.begin(request, process="login", next_path=next_path(request))
    except SingleSignOnFailed as error:
        return refused(request, error)


@public("GET")
@never_cache
def callback(request: HttpRequest) -> HttpResponseBase:
    """Come back from the provider."""
    _only_where_set_up()
    try:
        return oidc.finish(request)
    except SingleSignOnFailed as error:
        return refused(request, error)


@signed_in("POST")
def connect(request: HttpRequest) -> HttpResponseBase:
    """Go to the provider to connect the signed-in account with an identity; htmx takes the browser there."""
    _only_where_set_up()
    response = oidc.begin(request, process="connect", next_path="/")
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Redirect": response.headers["Location"]})


@signed_in("POST")
def disconnect(request: HttpRequest) -> HttpResponse:
    """Take the identity off the signed-in account."""
    user: Any = request.user
    oidc.disconnect(user)
    messages.success(request, _("The identity was disconnected. You sign in with your password from now on."))
    return redirect("accounts:profile")


def _only_where_set_up() -> None:
    if not oidc.button_label():
        raise Http404
