"""Pages about oneself: profile, password, preferences, sessions."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters

from apps.accounts import devices, oidc, services
from apps.accounts.errors import TooManyTries
from apps.accounts.forms import PasswordForm, ProfileForm
from apps.accounts.pages import next_path
from apps.accounts.services import sessions
from apps.core.access import public, signed_in
from apps.core.errors import InvalidInput, UserError

LANGUAGE_COOKIE_AGE_S = 365 * 24 * 3600
PREFERENCES = ("theme", "language", "time_zone")
MOST_SESSIONS = 100


@signed_in("GET", "POST")
def profile(request: HttpRequest) -> HttpResponse:
    """Show and change what one says about oneself."""
    user: Any = request.user
    names = ("full_name", "email", "language", "time_zone", "theme")
    form = ProfileForm(request.POST or None, initial={name: getattr(user, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            user = services.update_profile(user=user, **{name: form.cleaned_data[name] for name in names})
        except InvalidInput as error:
            form.add_faults(error)
        else:
            messages.success(request, _("Your profile was saved."))
            return _with_language(redirect("accounts:profile"), user.language)
    context = {"form": form, "identity": oidc.identity_of(user), "single_sign_on": oidc.button_label()}
    return render(request, "accounts/profile.html", context, status=_status(form))


@signed_in("GET", "POST")
@sensitive_post_parameters("old_password", "password", "again")
def password(request: HttpRequest) -> HttpResponse:
    """Choose a password. Who comes here straight from a one-time link may put it off."""
    user: Any = request.user
    path = next_path(request, default="")
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            if "old_password" in form.fields:
                services.check_own_password(request=request, user=user, password=form.cleaned_data["old_password"])
        except TooManyTries as error:
            form.add_error("old_password", str(error.message))
        except InvalidInput as error:
            form.add_faults(error)
        else:
            services.set_password(request=request, user=user, password=form.cleaned_data["password"])
            messages.success(request, _("Your password was saved. All other sessions were ended."))
            return redirect(path or "accounts:profile")
    return render(request, "accounts/password.html", {"form": form, "next": path}, status=_status(form))


@public("POST")
def preferences(request: HttpRequest) -> HttpResponse:
    """Change theme, language or time zone from any page. A visitor who is not signed in keeps a language in a cookie."""
    changes = {name: request.POST[name] for name in PREFERENCES if name in request.POST}
    user: Any = request.user
    language = changes.get("language")
    if language and language not in dict(settings.LANGUAGES):
        raise UserError(_("The studio does not speak this language."), field="language")
    if user.is_authenticated:
        services.update_profile(user=user, **changes)
    if "application/json" in request.headers.get("Accept", ""):
        return _with_language(HttpResponse(status=HTTPStatus.NO_CONTENT), language)
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"HX-Refresh": "true"})
        return _with_language(response, language)
    return _with_language(redirect(next_path(request)), language)


@signed_in("GET", "POST")
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Show where one is signed in; a post ends all others, or with ``everywhere`` this one too."""
    user: Any = request.user
    if request.method == "POST":
        if request.POST.get("everywhere"):
            sessions.end_other_sessions(request=request, user=user)
            services.sign_out(request=request)
            return redirect("accounts:sign-in")
        ended = sessions.end_other_sessions(request=request, user=user)
        said = ngettext("%(count)d other session was ended.", "%(count)d other sessions were ended.", ended)
        messages.success(request, said % {"count": ended})
        return redirect("accounts:sessions")
    rows = list(sessions.of_user(user)[: MOST_SESSIONS + 1])
    shown = [_session_row(session, request.session.session_key) for session in rows[:MOST_SESSIONS]]
    shown.sort(key=lambda row: not row["is_this"])
    context = {"sessions": shown, "has_more": len(rows) > MOST_SESSIONS, "has_others": len(rows) > 1}
    return render(request, "accounts/sessions.html", context)


@signed_in("POST")
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one of one's own sessions."""
    user: Any = request.user
    session = get_object_or_404(sessions.of_user(user), pk=session_id)
    if session.session_key == request.session.session_key:
        services.sign_out(request=request)
        return redirect("accounts:sign-in")
    sessions.end_session(actor=user, session=session)
    messages.success(request, _("The session was ended."))
    return redirect("accounts:sessions")


def _session_row(session: Any, this_key: str | None) -> dict[str, Any]:
    browser, system = devices.browser_and_system(session.user_agent)
    return {
        "id": session.pk,
        "browser": browser,
        "system": system,
        "user_agent": session.user_agent,
        "address": session.ip if session.ip != sessions.NO_ADDRESS else "",
        "began_at": session.created_at,
        "seen_at": session.last_seen_at,
        "is_this": session.session_key == this_key,
    }


def _status(form: Any) -> int:
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK


def _with_language(response: Any, language: str | None) -> HttpResponse:
    """Remember the language in a cookie too, for the pages before signing in; empty forgets it, None leaves it."""
    name = settings.LANGUAGE_COOKIE_NAME
    if language:
        response.set_cookie(
            name,
            language,
            max_age=LANGUAGE_COOKIE_AGE_S,
            samesite="Lax",
            secure=settings.STUDIO.secure_cookies,
            httponly=True,
        )
    elif language == "":
        response.delete_cookie(name, samesite="Lax")
    answer: HttpResponse = response
    return answer
