"""Pages of accounts."""

from django.urls import path

from apps.accounts.views import account, administration, invitations, oidc, sign_in, tokens

app_name = "accounts"

_user = "administration/users/<uuid:user_id>/"
_invitation = "administration/invitations/<uuid:invitation_id>/"

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/link/<str:token>/", sign_in.sign_in_link, name="sign-in-link"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("oidc/", oidc.begin, name="oidc"),
    path("oidc/callback/", oidc.callback, name="oidc-callback"),
    path("oidc/connect/", oidc.connect, name="oidc-connect"),
    path("oidc/disconnect/", oidc.disconnect, name="oidc-disconnect"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("account/profile/", account.profile, name="profile"),
    path("account/password/", account.password, name="password"),
    path("account/preferences/", account.preferences, name="preferences"),
    path("account/sessions/", account.own_sessions, name="sessions"),
    path("account/sessions/<int:session_id>/end/", account.end_session, name="end-session"),
    path("account/tokens/", tokens.tokens, name="tokens"),
    path("account/tokens/revoke/", tokens.revoke_chosen, name="revoke-tokens"),
    path("account/tokens/<uuid:token_id>/revoke/", tokens.revoke_token, name="revoke-token"),
    path("administration/users/", administration.users, name="users"),
    path("administration/users/deactivate/", administration.deactivate_chosen, name="deactivate-users"),
    path(_user, administration.user, name="user"),
    path(f"{_user}make-administrator/", administration.make_administrator, name="make-administrator"),
    path(f"{_user}remove-administrator/", administration.remove_administrator, name="remove-administrator"),
    path(f"{_user}deactivate/", administration.deactivate, name="deactivate-user"),
    path(f"{_user}reactivate/", administration.reactivate, name="reactivate-user"),
    path(f"{_user}end-sessions/", administration.end_sessions, name="end-user-sessions"),
    path(f"{_user}sign-in-link/", administration.make_sign_in_link, name="make-sign-in-link"),
    path("administration/invitations/", invitations.invitations, name="invitations"),
    path("administration/invitations/withdraw/", invitations.withdraw_chosen, name="withdraw-invitations"),
    path(f"{_invitation}resend/", invitations.resend_invitation, name="resend-invitation"),
    path(f"{_invitation}withdraw/", invitations.withdraw_invitation, name="withdraw-invitation"),
]
