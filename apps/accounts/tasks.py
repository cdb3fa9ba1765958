"""Celery entry points of accounts."""

from celery import shared_task
from django.utils import timezone

from apps.accounts import mail, throttle
from apps.accounts.models import Invitation
from apps.accounts.services import links, sessions
from apps.core import crypto


@shared_task(name="accounts.send_invitation")
def send_invitation(invitation_id: str, encrypted_secret: str, language: str) -> None:
    """Mail an invitation. Sent twice, it does no harm."""
    invitation = Invitation.objects.select_related("invited_by").filter(pk=invitation_id).first()
    if invitation is not None:
        mail.send_invitation(invitation, crypto.decrypt(encrypted_secret.encode()), language)


@shared_task(name="accounts.prune")
def prune() -> None:
    """Throw away old links, counters whose window is over, and sessions that have run out."""
    links.prune()
    throttle.prune(timezone.now())
    sessions.prune()
