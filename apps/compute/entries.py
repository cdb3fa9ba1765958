"""What other parts of the studio show of compute."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.activity import verbs
from apps.compute import services
from apps.compute.models import Agent
from apps.compute.states import AgentState
from apps.core.hooks import NavigationEntry, SearchGroup, SearchResult, SystemCheck
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_RESULTS = 5


def navigation() -> list[NavigationEntry]:
    """The compute page, first of what is managed."""
    return [
        NavigationEntry(
            gettext_lazy("Manage"), gettext_lazy("Compute"), "cpu", "compute:targets", Action.COMPUTE_READ, 700, "c"
        )
    ]


def search(request: HttpRequest, workspace: Any, text: str) -> list[SearchGroup]:
    """Find machines by name, from within a workspace."""
    user: Any = request.user
    membership = Membership.objects.filter(workspace=workspace, user=user).first() if workspace else None
    if not may(membership, Action.COMPUTE_READ):
        return []
    found = Agent.objects.filter(name__icontains=text) | Agent.objects.filter(hostname__icontains=text)
    items = [
        SearchResult(agent.name, agent.hostname, agent.get_absolute_url_in(workspace.name), "cpu")
        for agent in found.order_by("name")[:MOST_RESULTS]
    ]
    return [SearchGroup(_("Machines"), items)]


def system_checks() -> list[SystemCheck]:
    """Does every known machine answer?"""
    now = timezone.now()
    online = Agent.objects.in_state([AgentState.ONLINE], now).count()
    silent = list(Agent.objects.in_state([AgentState.SILENT, AgentState.WAITING], now).order_by("name")[:MOST_RESULTS])
    if silent:
        message = _("No news of %(names)s. Does the agent run there?") % {"names": ", ".join(map(str, silent))}
        return [SystemCheck(_("Machines"), "warning" if online else "error", message)]
    if not online:
        return [SystemCheck(_("Machines"), "warning", _("None is known, so nothing can be run."))]
    message = ngettext("%(count)d machine answers.", "%(count)d machines answer.", online) % {"count": online}
    return [SystemCheck(_("Machines"), "ok", message)]


def workspace_created(workspace: Workspace) -> None:
    """Give a new workspace the studio's own machine as a compute target."""
    services.ensure_local(workspace)


def register_verbs() -> None:
    """Say how what people do with compute reads in the audit log."""
    for verb, label, sentence in (
        (
            "target_paused",
            gettext_lazy("Compute paused"),
            gettext_lazy("%(actor)s paused the compute target %(target)s"),
        ),
        (
            "target_resumed",
            gettext_lazy("Compute resumed"),
            gettext_lazy("%(actor)s let the compute target %(target)s go on"),
        ),
        (
            "target_edited",
            gettext_lazy("Compute changed"),
            gettext_lazy("%(actor)s changed %(fields)s of the compute target %(target)s"),
        ),
        (
            "exposure_accepted",
            gettext_lazy("Missing isolation accepted"),
            gettext_lazy("%(actor)s accepted that user code can read everything on the machine %(target)s"),
        ),
        (
            "exposure_withdrawn",
            gettext_lazy("Missing isolation no longer accepted"),
            gettext_lazy("%(actor)s no longer accepts that user code can read everything on the machine %(target)s"),
        ),
        ("work_canceled", gettext_lazy("Work canceled"), gettext_lazy("%(actor)s canceled %(target)s")),
        (
            "work_put_first",
            gettext_lazy("Work moved to the front"),
            gettext_lazy("%(actor)s moved work to the front of the queue of %(target)s: %(count)s"),
        ),
        (
            "work_put_last",
            gettext_lazy("Work moved to the end"),
            gettext_lazy("%(actor)s moved work to the end of the queue of %(target)s: %(count)s"),
        ),
    ):
        verbs.register(f"compute.{verb}", label, sentence)
