"""The data of a work order, for its runner."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.compute.api.authentication import WorkAuthentication
from apps.compute.models import WorkOrder
from apps.core.access import Access, Level
from apps.core.errors import Conflict, NotFound
from apps.experiments.api.files import AFTER, BINARY, PATH, asked_path
from apps.experiments.api.serializers import InputFilesSerializer
from apps.experiments.services import provider_of

MOST_LISTED = 1000
_RANGE = re.compile(r"bytes=(\d{1,18})-")


class OfInput(APIView):
    """What the routes of inputs share. Sets ``order`` and ``given``, the input as it was frozen at submit."""

    authentication_classes = (WorkAuthentication,)
    access = Access(Level.WORK, {"GET": ""})

    order: WorkOrder
    given: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the input among those of the token's order."""
        super().initial(request, *args, **kwargs)
        self.order = request.user.order  # type: ignore[union-attr]
        given = (self.order.spec.get("inputs") or {}).get(kwargs["input_name"])
        if not given or "kind" not in given:
            raise NotFound(_("This work has no data of that name."))
        if self.order.ended_at:
            raise Conflict(_("This work has ended; nothing more is read for it."))
        self.given = given


class InputFiles(OfInput):
    """The files of an input."""

    @extend_schema(parameters=[AFTER], responses=InputFilesSerializer)
    def get(self, request: Request, input_name: str) -> Response:
        """Return files of a data input with their sizes and hashes, in the order of their paths."""
        after = request.query_params.get("after", "").replace("\0", "")
        files = provider_of(self.given).files(self.order.workspace, self.given, after, MOST_LISTED)
        rows = [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in files]
        return Response({"files": rows, "next": files[-1].path if len(files) >= MOST_LISTED else None})


class InputContent(OfInput):
    """One file of an input."""

    @extend_schema(parameters=[PATH], responses=BINARY)
    def get(self, request: Request, input_name: str) -> HttpResponseBase:
        """Return a file of a data input; with `Range: bytes=<start>-`, from there on."""
        path = asked_path(request)
        asked = _RANGE.fullmatch(request.headers.get("Range", ""))
        start = int(asked[1]) if asked else 0
        chunks, size = provider_of(self.given).open(self.order.workspace, self.given, path, start)
        headers = {"Content-Encoding": "identity"}
        if size is not None:
            headers["Content-Length"] = str(max(0, size - start))
            if start:
                headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        status = 206 if start else 200
        return StreamingHttpResponse(
            _sent(chunks), status=status, content_type="application/octet-stream", headers=headers
        )


async def _sent(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
        yield chunk
