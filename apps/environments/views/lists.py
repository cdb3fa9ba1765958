"""The list of environments."""

from django.db.models.functions import Lower
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import events
from apps.core.lists import Empty
from apps.environments.events import ENVIRONMENTS_TOPIC
from apps.environments.lists import EnvironmentList
from apps.environments.models import Environment
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action


@workspace_page(get=Action.ENVIRONMENTS_READ)
def environments(request: WorkspaceRequest) -> HttpResponseBase:
    """All environments of the workspace."""
    cursor = events.last_seq(ENVIRONMENTS_TOPIC)  # before the rows are read, so that no news falls between
    may_write = may(request.membership, Action.ENVIRONMENTS_WRITE)
    list_ = EnvironmentList(
        request,
        Environment.objects.filter(workspace=request.workspace).annotate(name_key=Lower("name")),
        scope=str(request.workspace.pk),
        may_share_views=may(request.membership, Action.VIEWS_SHARE),
        empty=Empty(
            _("No environments yet"),
            _("An environment is the Python packages that runs find. It is built once and shared by all who name it."),
            icon="environment",
            action_label=_("Create an environment") if may_write else "",
            action_url=reverse("environments:new-environment", args=[request.workspace.name]) if may_write else "",
        ),
    )
    return list_.respond("environments/environments.html", {"workspace": request.workspace, "cursor": cursor})
