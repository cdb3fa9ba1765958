"""Invitations."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from apps.accounts.errors import LinkUnusable, UnknownLink
from apps.accounts.models import Invitation, User
from apps.accounts.services.people import create_user
from apps.core import crypto, hooks, queue
from apps.core.errors import InvalidInput, NotAllowed

VALID_FOR = timedelta(days=7)
MOST_AT_ONCE = 5_000


@transaction.atomic
def invite(
    *, actor: User, email: str, grants: dict[str, Any] | None = None, valid_for: timedelta = VALID_FOR
) -> tuple[Invitation, str]:
    """Invite someone and return the invitation with its link, which nobody can find out later. Where mail is set up, it is sent.

    Administrators may invite anybody; others only into what is theirs to give, which the apps that own the grants check.

    Raises:
        InvalidInput: this is no email address.
        NotAllowed: the actor may not invite, or may not give what is granted.
    """
    email, grants = email.strip().lower(), grants or {}
    try:
        validate_email(email)
    except ValidationError as error:
        raise InvalidInput({"email": list(error.messages)}) from None
    if not actor.is_administrator and not any(grants.values()):
        raise NotAllowed(_("Only administrators may invite people without giving them a workspace."))
    hooks.invitation_offered(actor, grants)
    secret = crypto.new_token("invite")
    invitation = Invitation.objects.create(
        email=email,
        token_hash=crypto.token_hash(secret),
        invited_by=actor,
        grants=grants,
        expires_at=timezone.now() + valid_for,
    )
    hooks.invitation_made(invitation)
    hooks.audit(actor, "invitation.sent", invitation)
    _send(invitation, secret)
    return invitation, link_of(secret)


@transaction.atomic
def resend(*, actor: User, invitation: Invitation, valid_for: timedelta = VALID_FOR) -> str:
    """Give an invitation a new link and more time, and return the link. The old link stops working.

    Raises:
        LinkUnusable: it has been accepted or withdrawn.
    """
    secret = crypto.new_token("invite")
    fresh = {"token_hash": crypto.token_hash(secret), "expires_at": timezone.now() + valid_for}
    if not Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(**fresh):
        raise LinkUnusable(_("This invitation has been accepted or withdrawn. Send a new one."))
    invitation.refresh_from_db()
    hooks.audit(actor, "invitation.sent_again", invitation)
    _send(invitation, secret)
    return link_of(secret)


@transaction.atomic
def withdraw(*, actor: User, invitation: Invitation) -> None:
    """Make an invitation useless. Doing so twice does no harm; one that was accepted stays accepted."""
    open_ = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if open_.update(withdrawn_at=timezone.now()):
        hooks.audit(actor, "invitation.withdrawn", invitation)


def withdraw_many(*, actor: User, invitations: QuerySet[Invitation]) -> int:
    """Withdraw those that still wait for an answer. Returns how many there were."""
    waiting = list(invitations.filter(accepted_at=None, withdrawn_at=None)[:MOST_AT_ONCE])
    for invitation in waiting:
        withdraw(actor=actor, invitation=invitation)
    return len(waiting)


def find_invitation(token: str) -> Invitation:
    """Return the open invitation a link's token belongs to.

    Raises:
        UnknownLink: there is none.
        LinkUnusable: it was accepted or withdrawn, or has expired; the message says which.
    """
    found = Invitation.objects.select_related("invited_by").filter(token_hash=crypto.token_hash(token)).first()
    if found is None:
        raise UnknownLink(_("This invitation link is not complete, or a newer one has been sent."))
    if found.accepted_at is not None:
        raise LinkUnusable(_("This invitation has been accepted. Sign in with the account that was made."))
    who = {"name": found.invited_by.display_name}
    if found.withdrawn_at is not None:
        raise LinkUnusable(_("This invitation was withdrawn. Ask %(name)s for a new one.") % who)
    if found.expires_at <= timezone.now():
        raise LinkUnusable(_("This invitation has expired. Ask %(name)s for a new one.") % who)
    return found


def describe(grants: dict[str, Any]) -> list[str]:
    """Return what an invitation gives, one phrase for each grant."""
    return [phrase for group in hooks.invitation_described(grants) for phrase in group]


@transaction.atomic
def accept_invitation(*, token: str, user: User) -> Invitation:
    """Accept an invitation with an account. Of two who accept it at once, one wins.

    Raises: as ``find_invitation``.
    """
    invitation = find_invitation(token)
    now = timezone.now()
    waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None, expires_at__gt=now)
    if not waiting.update(accepted_at=now, accepted_by=user):
        raise LinkUnusable(_("This invitation has been accepted. Sign in with the account that was made."))
    invitation.refresh_from_db()
    hooks.invitation_accepted(user, invitation.grants, invitation)
    hooks.audit(user, "invitation.accepted", invitation)
    hooks.notify(
        invitation.invited_by,
        _("%(name)s accepted your invitation") % {"name": user.display_name},
        level="success",
        kind="invitation",
    )
    return invitation


@transaction.atomic
def accept_as_new_user(*, token: str, username: str, full_name: str, password: str) -> User:
    """Make an account for the invited address and accept the invitation with it.

    Raises: as ``find_invitation``; InvalidInput: a value cannot be used, or name or address are taken.
    """
    invitation = find_invitation(token)
    user = create_user(
        actor=None,
        username=username,
        email=invitation.email,
        full_name=full_name,
        password=password,
        language=translation.get_language() or "",
    )
    accept_invitation(token=token, user=user)
    return user


def link_of(secret: str) -> str:
    """Return the address of an invitation's page."""
    return f"{settings.STUDIO.url}{reverse('accounts:invitation', args=[secret])}"


def _send(invitation: Invitation, secret: str) -> None:
    """Have the invitation mailed. The secret goes through queue and broker encrypted: there it would outlive its use."""
    if settings.STUDIO.email_url:
        language = translation.get_language() or settings.LANGUAGE_CODE
        queue.enqueue("accounts.send_invitation", invitation.pk, crypto.encrypt(secret).decode(), language)
