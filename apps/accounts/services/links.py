"""One-time sign-in links: how the first administrator gets in, and everybody who has lost a password."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.errors import AccountDeactivated, LinkUnusable, UnknownLink
from apps.accounts.models import SignInLink, User
from apps.core import hooks
from apps.core.crypto import new_token, token_hash

VALID_FOR = timedelta(hours=1)
FIRST_VALID_FOR = timedelta(days=1)
FIRST_NAME = "admin"
KEEP = timedelta(days=30)


@transaction.atomic
def create_sign_in_link(*, user: User, valid_for: timedelta = VALID_FOR, actor: User | None = None) -> str:
    """Make a link that signs ``user`` in, once, and return its address, which nobody can find out later.

    Args: actor: the administrator who asks; None at the studio's command line. The user is told of what an administrator did.

    Raises:
        AccountDeactivated: the account may not sign in.
    """
    if not user.is_active:
        raise AccountDeactivated
    secret = new_token("in")
    SignInLink.objects.create(user=user, token_hash=token_hash(secret), expires_at=timezone.now() + valid_for)
    hooks.audit(actor, "account.sign_in_link_made", user)
    if actor is not None and actor != user:
        hooks.notify(
            user,
            _("%(name)s made a sign-in link for your account") % {"name": actor.display_name},
            body=_("Whoever has the link can sign in as you, once. If you did not ask for it, talk to them."),
            url=reverse("accounts:sessions"),
            level="warning",
            kind="account",
        )
    return f"{settings.STUDIO.url}{reverse('accounts:sign-in-link', args=[secret])}"


def find_sign_in_link(token: str) -> SignInLink:
    """Return the link a token belongs to, without using it.

    Raises:
        UnknownLink: there never was such a link.
        LinkUnusable: it was used, has expired, or its account was deactivated; the message says which and what to do.
    """
    link = SignInLink.objects.select_related("user").filter(token_hash=token_hash(token)).first()
    if link is None:
        raise UnknownLink(_("This sign-in link is not complete, or a newer one has taken its place."))
    if link.used_at is not None:
        raise LinkUnusable(_("This sign-in link has been used. Each link works once."))
    if link.expires_at <= timezone.now():
        raise LinkUnusable(_("This sign-in link has expired."))
    if not link.user.is_active:
        raise AccountDeactivated
    return link


def use_sign_in_link(*, token: str) -> User:
    """Use a link up and return whom it signs in. Of two who use it at once, one wins.

    Raises: as ``find_sign_in_link``.
    """
    link = find_sign_in_link(token)
    now = timezone.now()
    if not SignInLink.objects.filter(pk=link.pk, used_at=None, expires_at__gt=now).update(used_at=now):
        raise LinkUnusable(_("This sign-in link has been used. Each link works once."))
    return link.user


@transaction.atomic
def first_sign_in_link() -> str:
    """Return a link for the first administrator while nobody has ever signed in, making the account at the first start.

    Returns an empty text once somebody has been here, or where the first administrator was given a password.
    """
    if not User.objects.exists():
        user = User.objects.create_superuser(FIRST_NAME)
    elif User.objects.exclude(last_login=None).exists():
        return ""
    else:
        waiting = User.objects.active_administrators().filter(username=FIRST_NAME).first()
        if waiting is None or waiting.has_usable_password():
            return ""
        user = waiting
        user.sign_in_links.filter(used_at=None).delete()
    return create_sign_in_link(user=user, valid_for=FIRST_VALID_FOR)


def prune() -> None:
    """Throw away links that ended a month ago; until then they can say why they no longer work."""
    SignInLink.objects.filter(expires_at__lt=timezone.now() - KEEP).delete()
