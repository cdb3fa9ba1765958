"""Personal access tokens."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.errors import TokenExceedsItsMaker
from apps.accounts.models import AccessToken, User
from apps.accounts.models.token import TokenScope
from apps.core import hooks
from apps.core.crypto import new_token, token_hash
from apps.core.errors import InvalidInput

PREFIX = "mls"
SHOWN = 8


def workspaces_of(user: User, among: Collection[UUID] = ()) -> list[tuple[UUID, str]]:
    """Return the workspaces, as (id, label), to which a token of the user may be limited: those of ``among``, or the first."""
    return [workspace for group in hooks.token_workspaces(user, among) for workspace in group]


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str,
    scope: str = TokenScope.WRITE,
    expires_at: datetime | None = None,
    workspace_ids: Collection[UUID] = (),
    made_with: AccessToken | None = None,
) -> tuple[AccessToken, str]:
    """Make a token and return it with its secret, which nobody can find out later.

    Args: expires_at: None for never. workspace_ids: what it is limited to; empty for all of its owner's workspaces.
        made_with: the token with which this is asked for; the new one may not do more, nor live longer.

    Raises:
        InvalidInput: the name is empty, the expiry has passed, or a workspace is not one of the user's.
        TokenExceedsItsMaker: the new token would do more than the one it is made with.
    """
    name = name.strip()
    if not 0 < len(name) <= 80:
        raise InvalidInput({"name": [_("Give the token a name of up to 80 characters that says where it is used.")]})
    if expires_at is not None and expires_at <= timezone.now():
        raise InvalidInput({"expires_at": [_("Choose a time that is still to come.")]})
    if workspace_ids and set(workspace_ids) - {key for key, _label in workspaces_of(user, workspace_ids)}:
        raise InvalidInput({"workspaces": [_("You are not a member of all of these workspaces.")]})
    if made_with is not None:
        _hold_to(made_with, scope, expires_at)
    secret = new_token(PREFIX)
    token = AccessToken.objects.create(
        user=user,
        name=name,
        prefix=secret[: len(PREFIX) + 1 + SHOWN],
        token_hash=token_hash(secret),
        scope=scope,
        expires_at=expires_at,
        workspace_ids=sorted(str(workspace_id) for workspace_id in workspace_ids),
    )
    hooks.audit(user, "token.created", token, scope=scope)
    return token, secret


def revoke_token(*, actor: User, token: AccessToken) -> None:
    """Make a token useless, for good. Doing so twice does no harm."""
    with transaction.atomic():
        if AccessToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
            hooks.audit(actor, "token.revoked", token)


def _hold_to(maker: AccessToken, scope: str, expires_at: datetime | None) -> None:
    """Raise where a token would exceed its maker. One limited to workspaces may make none: it may do nothing outside them."""
    if maker.is_limited:
        raise TokenExceedsItsMaker(_("A token that is limited to workspaces cannot make tokens."))
    if maker.scope != TokenScope.WRITE and scope == TokenScope.WRITE:
        raise TokenExceedsItsMaker(_("A token that may only read cannot make one that may write."))
    if maker.expires_at is not None and (expires_at is None or expires_at > maker.expires_at):
        raise TokenExceedsItsMaker(_("The new token may not live longer than the one it is made with."))
