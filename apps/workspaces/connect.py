"""How programs find a workspace."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.workspaces.models import Workspace

# Scripts written for Azure ML parse these; the studio gives them no meaning.
SUBSCRIPTION_ID = "00000000-0000-0000-0000-000000000000"
RESOURCE_GROUP = "open-ml-studio"


@dataclass(frozen=True)
class Snippet:
    """Lines to copy, and where they go."""

    title: str | Promise
    code: str


def config_of(workspace: Workspace) -> dict[str, str]:
    """Return the content of ``config.json``."""
    return {
        "subscription_id": SUBSCRIPTION_ID,
        "resource_group": RESOURCE_GROUP,
        "workspace_name": workspace.name,
        "studio_url": settings.STUDIO.url,
    }


def snippets_of(workspace: Workspace) -> list[Snippet]:
    """Return what to type to use a workspace from a terminal or a script."""
    url, name = settings.STUDIO.url, workspace.name
    return [
        Snippet(_("Terminal"), f"studio login --url {url}\nstudio workspace use {name} --folder ."),
        Snippet(_("Python"), "from mlstudio import Workspace\n\nworkspace = Workspace.from_config()"),
        Snippet(_("REST"), f'curl -H "Authorization: Bearer $STUDIO_TOKEN" {url}/api/v1/workspaces/{name}/'),
    ]
