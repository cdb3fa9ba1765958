"""Pages and API of one workspace: find it, see whether the user is a member, and ask the policy table.

A stranger gets 404, as if the workspace did not exist; a member whose role does not include the action gets 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from apps.accounts.models import AccessToken
from apps.accounts.requests import SignedInRequest
from apps.core.access import Access, Level, View, ask_to_sign_in, declare, refuse_other_verbs
from apps.core.errors import NotAllowed
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.roles import Action, role_allows


class WorkspaceRequest(SignedInRequest):
    """A request that has passed ``workspace_page``."""

    workspace: Workspace
    membership: Membership


def workspace_page(**actions: Action) -> Callable[[Callable[..., HttpResponseBase]], View]:
    """Guard a page below ``/workspaces/<name>/``: ``@workspace_page(get=Action.X, post=Action.Y)``.

    The view gets the request with ``workspace`` and ``membership`` on it, without the name from the address.
    """
    access = Access(Level.WORKSPACE, {verb.upper(): action for verb, action in actions.items()})

    def decorate(view: Callable[..., HttpResponseBase]) -> View:
        @wraps(view)
        def checked(request: HttpRequest, name: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            answer = ask_to_sign_in(request)
            if answer is not None:
                return answer
            membership = find_membership(request.user, name)
            answer = refuse_other_verbs(request, access)
            if answer is not None:
                return answer
            require(membership, access.verbs["GET" if request.method == "HEAD" else request.method or ""])
            request.membership = membership  # type: ignore[attr-defined]
            request.workspace = membership.workspace  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        declare(checked, access)
        return checked

    return decorate


def find_membership(user: Any, name: str) -> Membership:
    """Return the user's membership of the workspace called ``name``, in any case of letters.

    Raises:
        Http404: no such workspace, it is in the trash, or the user is not a member.
    """
    membership = (
        Membership.objects.select_related("workspace")
        .alias(lower_name=Lower("workspace__name"))
        .filter(user=user, lower_name=name.lower(), workspace__deleted_at=None)
        .first()
    )
    if membership is None:
        raise Http404
    return membership


def require(membership: Membership, action: Action | str) -> None:
    """Raise NotAllowed where the member's role does not include the action."""
    if not role_allows(membership.role, action):
        message = _("Your role here is %(role)s, which does not allow this. An owner of the workspace can change it.")
        raise NotAllowed(message % {"role": membership.get_role_display()})


class WorkspaceAPI:
    """Mix into API views below ``/api/v1/workspaces/<name>/``; put it first.

    ``access`` names the action for each verb. Sets ``self.workspace`` and ``self.membership`` before the handler runs.
    """

    workspace: Workspace
    membership: Membership
    access: Access

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, find the workspace, and ask the policy table."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        self.membership = find_membership(request.user, kwargs["name"])
        self.workspace = self.membership.workspace
        if isinstance(request.auth, AccessToken) and not request.auth.opens_workspace(self.workspace.pk):
            raise Http404
        verb = "GET" if request.method in {"HEAD", "OPTIONS"} else request.method or ""
        require(self.membership, self.access.verbs[verb])


def workspace_access(**actions: Action) -> Access:
    """Return the declaration of an API view or socket: ``access = workspace_access(get=Action.X)``."""
    return Access(Level.WORKSPACE, {verb.upper(): action for verb, action in actions.items()})
