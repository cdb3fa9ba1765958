from apps.accounts.models.invitation import Invitation
from apps.accounts.models.link import SignInLink
from apps.accounts.models.throttle import Throttle
from apps.accounts.models.token import AccessToken
from apps.accounts.models.user import User

__all__ = ["AccessToken", "Invitation", "SignInLink", "Throttle", "User"]
