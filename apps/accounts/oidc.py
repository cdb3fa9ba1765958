"""Single sign-on with OpenID Connect. allauth speaks the protocol; here is what it means for our accounts.

There is one provider, from ``STUDIO_OIDC_…``. An identity (issuer's ``sub``) belongs to one account, found again by that
alone: an address in a claim never opens an existing account, or whoever can choose addresses at the provider could take it.
"""

import logging
import re
import unicodedata
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

from apps.accounts.errors import SingleSignOnFailed
from apps.accounts.models import Invitation, User
from apps.accounts.services.people import create_user
from apps.core import hooks
from apps.core.errors import Conflict, NotAllowed

logger = logging.getLogger(__name__)

PROVIDER_ID = "oidc"
# What a provider that is away, or answers something else than OpenID Connect, makes allauth raise.
_PROVIDER_FAULTS = (RequestException, KeyError, ValueError)


class StudioOAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """Speaks to the provider, more strictly than allauth by itself."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """Return the address to register at the provider."""
        return f"{settings.STUDIO.url}{reverse('accounts:oidc-callback')}"

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        """Return whom the provider vouches for; its two answers must be about the same person (OpenID Connect, 5.3.2)."""
        login = super().complete_login(request, app, token, **kwargs)
        subjects = {claims.get("sub") for claims in login.account.extra_data.values()}
        if len(subjects) != 1:
            raise OAuth2Error("userinfo and id_token are about different people")
        return login

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        # allauth trusts the connection and skips the signature; within a company that connection may be plain http.
        self.did_fetch_access_token = False
        claims: dict[str, Any] = super()._decode_id_token(app, id_token)
        return claims


def button_label() -> str:
    """Return what the provider is called; empty where none is set up."""
    return settings.STUDIO.oidc_name if settings.STUDIO.oidc_issuer else ""


def identity_of(user: User) -> SocialAccount | None:
    """Return the identity with which the user can sign in, None where there is none."""
    return SocialAccount.objects.filter(user=user, provider=PROVIDER_ID).first()


def begin(request: HttpRequest, *, process: str, next_path: str) -> HttpResponseBase:
    """Send the browser to the provider. ``process``: login, or connect for an account that is signed in.

    Raises:
        SingleSignOnFailed: the provider cannot be reached.
    """
    provider = get_adapter().get_provider(request, PROVIDER_ID)
    provider.oauth2_adapter_class = StudioOAuth2Adapter
    try:
        response: HttpResponseBase = provider.redirect(request, process=process, next_url=next_path)
    except _PROVIDER_FAULTS as error:
        raise unreachable(error) from error
    return response


def finish(request: HttpRequest) -> HttpResponseBase:
    """Take what the provider sends back with the browser, and sign in or connect.

    Raises:
        SingleSignOnFailed: the provider cannot be reached, or its answer makes no sense.
    """
    view = OAuth2CallbackView.adapter_view(StudioOAuth2Adapter(request, PROVIDER_ID))
    try:
        response: HttpResponseBase = view(request)
    except _PROVIDER_FAULTS as error:
        raise unreachable(error) from error
    return response


def unreachable(error: BaseException | None) -> SingleSignOnFailed:
    """Write the cause to the log and return what to tell the visitor."""
    logger.warning("Single sign-on failed: %s: %s", type(error).__name__, error)
    return SingleSignOnFailed(
        _("%(provider)s did not answer as it should. Try again in a moment, or sign in with your password.")
        % {"provider": settings.STUDIO.oidc_name}
    )


def check_newcomer(login: SocialLogin) -> None:
    """Make sure that someone whom the provider vouches for may get an account here.

    Raises:
        NotAllowed: only addresses of certain domains and invited ones may, and theirs is neither.
        Conflict: the address belongs to an account, whose owner has to connect it.
    """
    claims, email = _claims_of(login), _email_of(login)
    domains = settings.STUDIO.oidc_domains
    # A provider that says nothing about it has checked the addresses it gives out; one that says false has not.
    is_trusted = claims.get("email_verified", True) in {True, "true"}
    is_invited = Invitation.objects.open().filter(email=email).exists()
    if domains and not (is_trusted and (email.rpartition("@")[2] in domains or is_invited)):
        raise NotAllowed(
            _(
                "Your account at %(provider)s may not sign in here. Ask an administrator of the studio for an invitation."
            )
            % {"provider": settings.STUDIO.oidc_name}
        )
    if email and User.objects.named(email).exists():
        raise Conflict(
            _(
                "There is an account with the address %(email)s. Sign in to it with its password or a sign-in link; then "
                "connect it with %(provider)s on your profile page."
            )
            % {"email": email, "provider": settings.STUDIO.oidc_name}
        )


@transaction.atomic
def make_account(login: SocialLogin) -> User:
    """Make an account for a newcomer and keep the identity with it."""
    claims, email = _claims_of(login), _email_of(login)
    names = [claims.get("preferred_username"), email, claims.get("name"), "user"]
    user = create_user(
        actor=None,
        username=_free_username(str(next(name for name in names if name))),
        email=email,
        full_name=str(claims.get("name") or "")[:150],
    )
    _keep(login, user)
    return user


@transaction.atomic
def connect(login: SocialLogin, user: User) -> None:
    """Let the user sign in with this identity from now on.

    Raises:
        Conflict: the identity belongs to another account, or the account has another identity.
    """
    owner = SocialAccount.objects.filter(provider=PROVIDER_ID, uid=login.account.uid).first()
    if owner is not None and owner.user_id != user.pk:
        raise Conflict(_("Another account here is connected with this identity. Disconnect it there first."))
    if owner is None:
        if identity_of(user) is not None:
            raise Conflict(_("Your account is connected with another identity. Disconnect that one first."))
        _keep(login, user)
        hooks.audit(user, "identity.connected", user)


@transaction.atomic
def disconnect(user: User) -> None:
    """Take the identity off the account.

    Raises:
        Conflict: there is no password yet, so its owner would be locked out.
    """
    if not user.has_usable_password():
        raise Conflict(_("Choose a password first; without one you could not sign in again."))
    if SocialAccount.objects.filter(user=user, provider=PROVIDER_ID).delete()[0]:
        hooks.audit(user, "identity.disconnected", user)


def _claims_of(login: SocialLogin) -> dict[str, Any]:
    """Return what the provider says about the person: from its userinfo address, else from the id_token."""
    said = login.account.extra_data
    return said.get("userinfo") or said.get("id_token") or {}


def _email_of(login: SocialLogin) -> str:
    """Return the person's address; empty where there is none that mail could reach."""
    email = str(_claims_of(login).get("email") or "").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email


def _keep(login: SocialLogin, user: User) -> None:
    login.user = user
    login.account.user = user
    login.account.save()


def _free_username(wanted: str) -> str:
    plain = unicodedata.normalize("NFKD", wanted.partition("@")[0]).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9._+-]+", ".", plain.lower()).strip("._+-")[:140] or "user"
    number, name = 1, base
    while User.objects.named(name).exists():
        number += 1
        name = f"{base}{number}"
    return name
