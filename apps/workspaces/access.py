"""Pages and API of one workspace: find it, see whether the user is a member, and ask the policy table.

A stranger gets 404, as if the workspace did not exist; a member whose role does not include the action gets 403.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, cast

from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from rest_framework.request import Request

from apps.accounts.models import AccessToken, User
from apps.accounts.requests import SignedInRequest
from apps.core.access import Access, Level, View, ask_to_sign_in, declare, refuse_other_verbs
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.models.workspace import NAME_PATTERN
from apps.workspaces.policies import require
from apps.workspaces.roles import Action

VISIT_PRECISION = timedelta(minutes=1)


class WorkspaceRequest(SignedInRequest):
    """A request that has passed ``workspace_page``."""

    workspace: Workspace
    membership: Membership


def workspace_page(*, in_trash: bool = False, **actions: Action) -> Callable[[Callable[..., HttpResponseBase]], View]:
    """Guard a page below ``/workspaces/<name>/``: ``@workspace_page(get=Action.X, post=Action.Y)``.

    The view gets the request with ``workspace`` and ``membership`` on it, without the name from the address.

    Args: in_trash: whether workspaces in the trash are found too. actions: what each verb needs.
    """
    access = Access(Level.WORKSPACE, {verb.upper(): action for verb, action in actions.items()})

    def decorate(view: Callable[..., HttpResponseBase]) -> View:
        @wraps(view)
        def checked(request: HttpRequest, name: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            answer = ask_to_sign_in(request)
            if answer is not None:
                return answer
            membership = find_membership(request.user, name, in_trash=in_trash)
            answer = refuse_other_verbs(request, access)
            if answer is not None:
                return answer
            require(membership, access.verbs["GET" if request.method == "HEAD" else request.method or ""])
            request.membership = membership  # type: ignore[attr-defined]
            request.workspace = membership.workspace  # type: ignore[attr-defined]
            if request.method == "GET" and not request.headers.get("HX-Request"):
                _note_visit(membership)
            return view(request, *args, **kwargs)

        declare(checked, access)
        return checked

    return decorate


def find_membership(user: Any, name: str, *, in_trash: bool = False) -> Membership:
    """Return the user's membership of the workspace called ``name``, in any case of letters.

    Raises:
        Http404: no such workspace, it is in the trash (unless ``in_trash`` allows that), or the user is not a member.
    """
    if not re.match(NAME_PATTERN, name):  # databases refuse some of what an address can contain
        raise Http404
    found = Membership.objects.select_related("workspace").alias(lower_name=Lower("workspace__name"))
    membership = found.filter(user=user, lower_name=name.lower()).first()
    if membership is None or (membership.workspace.deleted_at and not in_trash):
        raise Http404
    return membership


def _note_visit(membership: Membership) -> None:
    """Remember when the workspace was last opened, for lists of recent ones; to the minute, to write seldom."""
    now = timezone.now()
    if membership.last_visited_at is None or now - membership.last_visited_at > VISIT_PRECISION:
        Membership.objects.filter(pk=membership.pk).update(last_visited_at=now)


class WorkspaceAPI:
    """Mix into API views below ``/api/v1/workspaces/<name>/``; put it first.

    ``access`` names the action for each verb. Sets ``self.workspace``, ``self.membership`` and ``self.actor`` before the
    handler runs.
    ``in_trash`` says whether workspaces in the trash are found too.
    """

    in_trash = False

    actor: User
    workspace: Workspace
    membership: Membership
    access: Access

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, find the workspace, and ask the policy table."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        self.actor = cast(User, request.user)  # the permission class has let nobody else through
        self.membership = find_membership(self.actor, kwargs["name"], in_trash=self.in_trash)
        self.workspace = self.membership.workspace
        if isinstance(request.auth, AccessToken) and not request.auth.opens_workspace(self.workspace.pk):
            raise Http404
        require(self.membership, self.access.verbs["GET" if request.method == "HEAD" else request.method or ""])


def workspace_access(**actions: Action) -> Access:
    """Return the declaration of an API view or socket: ``access = workspace_access(get=Action.X)``."""
    return Access(Level.WORKSPACE, {verb.upper(): action for verb, action in actions.items()})
