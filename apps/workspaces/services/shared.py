"""What all use cases begin with: lock, ask the policy, check the fields."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.errors import InvalidInput, NotFound
from apps.workspaces.errors import WorkspaceGone
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.policies import require
from apps.workspaces.roles import Action, Role


def lock(workspace: Workspace, *, in_trash: bool = False) -> Workspace:
    """Return the workspace as it is now and keep others from changing it or its members until the transaction ends.

    Raises:
        WorkspaceGone: it is in the trash (unless ``in_trash`` allows that) or no longer there.
    """
    # A weaker lock than FOR UPDATE: rows of other apps that refer to the workspace can still be added meanwhile.
    row = Workspace.objects.select_for_update(no_key=True).filter(pk=workspace.pk).first()
    if row is None or (row.deleted_at and not in_trash):
        raise WorkspaceGone
    return row


def acting(actor: User, workspace: Workspace, action: Action) -> Membership:
    """Return the actor's membership as it is now, after asking the policy. Call it after ``lock`` where members matter.

    Raises:
        NotFound: the actor is not a member. NotAllowed: their role does not include the action.
    """
    membership = Membership.objects.filter(workspace=workspace, user=actor).first()
    if membership is None:
        raise NotFound(_("There is nothing here, or you may not see it."))
    require(membership, action)
    return membership


def check_fields(row: Model, *names: str) -> None:
    """Hold some fields of a row to the rules their model states.

    Raises:
        InvalidInput: with a sentence for each field that breaks one.
    """
    others = {field.name for field in row._meta.fields}.difference(names)
    try:
        row.clean_fields(exclude=others)
    except ValidationError as error:
        raise InvalidInput(error.message_dict) from None


def owners_besides(workspace: Workspace, *people: User) -> Iterable[User]:
    """Return the owners who can sign in, without the people named: those who should hear of what one of these did."""
    return User.objects.filter(memberships__workspace=workspace, memberships__role=Role.OWNER, is_active=True).exclude(
        pk__in=[person.pk for person in people]
    )


def in_language_of(user: Any) -> AbstractContextManager[Any]:
    """Write what follows in the person's own language, not in that of the one who causes it."""
    return translation.override(user.language or settings.LANGUAGE_CODE)
