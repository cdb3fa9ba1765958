"""The page on which people label."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from apps.labeling.services import projects
from apps.labeling.states import OFFERED
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.LABELING_LABEL)
def work(request: WorkspaceRequest, project_name: str) -> HttpResponse:
    """Label item after item."""
    project = projects.find_project(request.workspace, project_name)
    if project.task not in OFFERED:
        return redirect(project)
    props = {
        "api": reverse("api-labeling-project", args=[request.workspace.name, project.name]).removesuffix("project/"),
        # Drafts wait in the browser under this name; another person there must not send them.
        "shelf": f"studio.labeling.{request.user.pk}.{project.pk}",
    }
    return render(request, "labeling/work.html", {"project": project, "props": props})
