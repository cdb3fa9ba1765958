"""Where allauth asks us: about people who come from the identity provider."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from apps.accounts import oidc, services
from apps.accounts.errors import AccountDeactivated
from apps.accounts.models import User
from apps.core.client import address_of
from apps.core.errors import StudioError


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers by themselves; accounts come from invitations, administrators and single sign-on."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin a session as every other way of signing in does."""
        services.sign_in(request=request, user=user, method="oidc")

    def post_login(self, request: HttpRequest, user: User, *, redirect_url: str | None, **kwargs: Any) -> HttpResponse:
        """Go where the visitor wanted to go."""
        return redirect(redirect_url or "/")

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Tell somebody whose account was deactivated."""
        return refused(request, AccountDeactivated())

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address as the rest of the studio sees it."""
        return address_of(request) or "0.0.0.0"  # noqa: S104 - stands for "none"


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Whoever the identity provider vouches for gets an account, as far as ``STUDIO_OIDC_DOMAINS`` allows."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True  # ``pre_social_login`` has checked

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Connect an account that is signed in; look at newcomers before allauth makes them an account."""
        try:
            if sociallogin.state.get("process") == AuthProcess.CONNECT:
                raise ImmediateHttpResponse(self._connect(request, sociallogin))
            if not sociallogin.is_existing:
                oidc.check_newcomer(sociallogin)
        except StudioError as error:
            raise ImmediateHttpResponse(refused(request, error)) from None
        sociallogin.email_addresses = []  # allauth's own table of addresses is not used: an account has one

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the newcomer's account."""
        return oidc.make_account(sociallogin)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        """Say what went wrong on a page of ours."""
        if error == AuthError.CANCELLED:
            messages.info(request, _("You did not finish signing in."))
            raise ImmediateHttpResponse(redirect("accounts:sign-in"))
        raise ImmediateHttpResponse(refused(request, oidc.unreachable(exception)))

    def _connect(self, request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
        user: Any = request.user
        if not user.is_authenticated:
            return redirect("accounts:sign-in")
        oidc.connect(sociallogin, user)
        messages.success(request, _("You can now sign in with %(provider)s.") % {"provider": oidc.button_label()})
        return redirect("accounts:profile")


def refused(request: HttpRequest, error: StudioError) -> HttpResponse:
    """Say why single sign-on led nowhere, and what to do."""
    return render(request, "accounts/single_sign_on_refused.html", {"problem": error}, status=error.status)
