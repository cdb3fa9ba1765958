"""Mail that accounts send."""

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.models import Invitation
from apps.accounts.services import invitations
from apps.core import crypto


def send_invitation(invitation: Invitation, secret: str, language: str) -> None:
    """Mail an invitation's link, unless it has been accepted or withdrawn, or has got a newer link, in the meantime."""
    if invitation.token_hash != crypto.token_hash(secret) or not Invitation.objects.open().filter(pk=invitation.pk):
        return
    with translation.override(language):
        inviter = " ".join(invitation.invited_by.display_name.split())
        context = {
            "invitation": invitation,
            "inviter": inviter,
            "grants": invitations.describe(invitation.grants),
            "link": invitations.link_of(secret),
        }
        subject = _("%(name)s invites you to Open ML Studio") % {"name": inviter}
        send_mail(subject, render_to_string("accounts/mail/invitation.txt", context), None, [invitation.email])
