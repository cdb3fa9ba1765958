"""What can be done with accounts: one function for each use case."""

from apps.accounts.services.invitations import (
    accept_as_new_user,
    accept_invitation,
    describe,
    find_invitation,
    invite,
    resend,
    withdraw,
    withdraw_many,
)
from apps.accounts.services.links import (
    create_sign_in_link,
    find_sign_in_link,
    first_sign_in_link,
    use_sign_in_link,
)
from apps.accounts.services.passwords import check_own_password, set_password
from apps.accounts.services.people import (
    change_standing,
    create_user,
    deactivate,
    deactivate_many,
    end_sessions_of,
    reactivate,
    set_administrator,
    update_profile,
)
from apps.accounts.services.sign_in import check_credentials, sign_in, sign_out
from apps.accounts.services.tokens import create_token, revoke_token, workspaces_of

__all__ = [
    "accept_as_new_user",
    "accept_invitation",
    "change_standing",
    "check_credentials",
    "check_own_password",
    "create_sign_in_link",
    "create_token",
    "create_user",
    "deactivate",
    "deactivate_many",
    "describe",
    "end_sessions_of",
    "find_invitation",
    "find_sign_in_link",
    "first_sign_in_link",
    "invite",
    "reactivate",
    "resend",
    "revoke_token",
    "set_administrator",
    "set_password",
    "sign_in",
    "sign_out",
    "update_profile",
    "use_sign_in_link",
    "withdraw",
    "withdraw_many",
    "workspaces_of",
]
