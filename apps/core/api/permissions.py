"""API views follow the same declarations as pages."""

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.core.access import Access, Level


class FollowsAccess(BasePermission):
    """Hold an API view to its ``access``. A view without a declaration answers nobody.

    Level WORKSPACE is checked further by ``apps.workspaces.api.WorkspaceAPI``, which knows roles.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        access: Access | None = getattr(view, "access", None)
        if access is None:
            return False
        verb = "GET" if request.method == "HEAD" else request.method or ""
        if access.level is not Level.PUBLIC and not request.user.is_authenticated:
            return False
        if access.level is Level.ADMINISTRATOR and not getattr(request.user, "is_administrator", False):
            return False
        if verb not in access.verbs and verb != "OPTIONS":
            raise MethodNotAllowed(verb)
        return True
