"""How Django's view tells what stands before it that a part of a file may come. The header never leaves the process."""

import json
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponseBase

from apps.data.services import Part

HEADER: Final = "Studio-Takes-Part"


def permit(response: HttpResponseBase, part: Part) -> None:
    """Write onto an answer that the part may come."""
    response.headers[HEADER] = json.dumps(
        {
            "file": str(part.file_id),
            "writer": str(part.writer),
            "offset": part.offset,
            "room": part.room,
            "path": part.path,
        }
    )


def read_permit(said: dict[str, Any]) -> Part:
    """Return the part that a permit is for."""
    return Part(UUID(said["file"]), UUID(said["writer"]), said["offset"], said["room"], said["path"])
