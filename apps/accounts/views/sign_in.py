"""Signing in, by password or one-time link, and signing out."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from apps.accounts import oidc, services
from apps.accounts.errors import TooManyTries
from apps.accounts.forms import SignInForm
from apps.accounts.pages import after_signing_in, next_path
from apps.core.access import public
from apps.core.errors import StudioError, UserError


@public("GET", "POST")
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password."""
    path = next_path(request)
    if request.method != "POST":
        return redirect(path) if request.user.is_authenticated else _ask(request, SignInForm(), path)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _ask(request, form, path, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        user = services.check_credentials(
            request=request, name=form.cleaned_data["name"], password=form.cleaned_data["password"]
        )
        services.sign_in(request=request, user=user, method="password")
    except TooManyTries as error:
        response = _ask(request, form, path, status=error.status, problem=error)
        response.headers["Retry-After"] = str(error.wait_s)
        return response
    except UserError as error:
        return _ask(request, form, path, status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=error)
    return redirect(path)


@public("POST")
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    services.sign_out(request=request)
    return redirect("accounts:sign-in")


@public("GET", "POST")
@never_cache
def sign_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show whom a one-time link signs in, and do it on a press of the button: programs that look into mails only look."""
    try:
        if request.method != "POST":
            person = services.find_sign_in_link(token).user
            return _without_referrer(render(request, "accounts/sign_in_link.html", {"person": person}))
        user = services.use_sign_in_link(token=token)
        services.sign_in(request=request, user=user, method="link")
    except UserError as error:
        return link_unusable(request, error, "accounts/sign_in_link_unusable.html")
    return redirect(after_signing_in(user.needs_password, "/"))


def link_unusable(request: HttpRequest, error: StudioError, template: str) -> HttpResponse:
    """Say why a link opens nothing, and what to do."""
    return _without_referrer(render(request, template, {"problem": error}, status=error.status))


def _ask(
    request: HttpRequest,
    form: SignInForm,
    path: str,
    *,
    status: int = HTTPStatus.OK,
    problem: UserError | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "next": path if path != "/" else "",
        "problem": problem,
        "is_paused": isinstance(problem, TooManyTries),
        "single_sign_on": oidc.button_label(),
    }
    return render(request, "accounts/sign_in.html", context, status=status)


def _without_referrer(response: HttpResponse) -> HttpResponse:
    # The address holds the token, so only the origin may be passed on; with no-referrer browsers would send the form with
    # ``Origin: null``, which Django refuses.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response
