"""Pictures of items, made anew from their files, so that nothing that could run reaches the studio's own address."""

from django.http import HttpResponse

from apps.labeling.services import media, projects, queue
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.LABELING_READ)
def picture(request: WorkspaceRequest, project_name: str, item_number: int) -> HttpResponse:
    """The upright picture of an item; ``?thumbnail=1`` for a small one."""
    project = projects.find_project(request.workspace, project_name)
    item = queue.find_item(project, item_number)
    data = media.render_picture(project.dataset, item, thumbnail="thumbnail" in request.GET)
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return HttpResponse(data, content_type=kind, headers=headers)
