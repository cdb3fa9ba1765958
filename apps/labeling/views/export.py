"""What was labeled, as a file."""

from collections.abc import AsyncIterator, Iterator
from itertools import islice

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from apps.labeling.errors import NotAsCoco
from apps.labeling.services import exporting, projects
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

PIECES_AT_ONCE = 500
KINDS = {"jsonl": (exporting.json_lines, "application/x-ndjson"), "coco": (exporting.coco, "application/json")}
ENDINGS = {"jsonl": "jsonl", "coco": "coco.json"}


@workspace_page(get=Action.LABELING_INSPECT)
def export(request: WorkspaceRequest, project_name: str, file_format: str) -> StreamingHttpResponse:
    """A file with all that is labeled so far."""
    project = projects.find_project(request.workspace, project_name)
    if file_format not in exporting.formats_of(project):
        raise NotAsCoco
    write, media_type = KINDS[file_format]
    name = f"{project.name}-{timezone.localdate():%Y-%m-%d}.{ENDINGS[file_format]}"
    headers = {
        "X-Content-Type-Options": "nosniff",
        # Django would compress each piece by itself, and browsers stop reading at the end of the first.
        "Content-Encoding": "identity",
    }
    response = StreamingHttpResponse(_chunks(write(project)), content_type=media_type, headers=headers)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


async def _chunks(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Give the file as it is read, in the request's database thread."""

    def next_chunk() -> bytes:
        return b"".join(islice(pieces, PIECES_AT_ONCE))

    while chunk := await sync_to_async(next_chunk)():
        yield chunk
