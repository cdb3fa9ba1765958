"""API views follow the same declarations as pages."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from apps.core.access import Access, Level


class FollowsAccess(BasePermission):
    """Hold an API view to its ``access``. A view without a declaration answers nobody.

    Level WORKSPACE is checked further by ``apps.workspaces.api.WorkspaceAPI``, which knows roles.
    """

    message: str | None = None

    def has_permission(self, request: Request, view: Any) -> bool:
        access: Access | None = getattr(view, "access", None)
        if access is None:
            return False
        verb = "GET" if request.method == "HEAD" else request.method or ""
        if access.level is not Level.PUBLIC and not request.user.is_authenticated:
            return False
        if access.level is Level.ADMINISTRATOR and not getattr(request.user, "is_administrator", False):
            return False
        # A token that is limited to workspaces opens nothing beside them but reading about its owner.
        if getattr(request.auth, "is_limited", False) and (
            access.level is Level.ADMINISTRATOR or (access.level is Level.SIGNED_IN and verb not in SAFE_METHODS)
        ):
            self.message = _("This token is limited to workspaces; this is outside of them. Use another token.")
            return False
        if verb not in access.verbs:
            raise MethodNotAllowed(verb)
        return True
