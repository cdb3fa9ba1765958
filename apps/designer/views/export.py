"""What a draft draws, as a file that gives the same pipeline back."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from apps.designer.models import Draft
from apps.designer.services import find_draft
from apps.designer.services.reading import graph_of, inputs_of
from apps.pipelines.jobs.export import yaml_of
from apps.pipelines.jobs.python import python_of
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.PIPELINES_READ)
def as_yaml(request: WorkspaceRequest, draft_id: UUID) -> HttpResponse:
    """Return the job file."""
    draft = find_draft(request.workspace, draft_id)
    graph = graph_of(draft)
    return _file(draft, "yml", "application/yaml", yaml_of(graph, inputs_of(draft, graph)))


@workspace_page(get=Action.PIPELINES_READ)
def as_python(request: WorkspaceRequest, draft_id: UUID) -> HttpResponse:
    """Return a script that builds and submits it."""
    draft = find_draft(request.workspace, draft_id)
    graph = graph_of(draft)
    return _file(draft, "py", "text/x-python", python_of(graph, inputs_of(draft, graph)))


def _file(draft: Draft, ending: str, media_type: str, text: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=f"{media_type}; charset=utf-8")
    name = f"{slugify(draft.name) or 'pipeline'}.{ending}"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer
