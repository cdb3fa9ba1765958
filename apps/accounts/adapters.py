"""How allauth fits our accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """Nobody registers by themselves; accounts come from invitations, administrators and single sign-on."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Whoever the identity provider vouches for gets an account."""

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return True
