"""What runners call about the run they carry out."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.compute.api.authentication import WorkAuthentication
from apps.compute.models import WorkOrder
from apps.core.access import Access, Level
from apps.core.errors import Conflict, NotFound
from apps.experiments import services
from apps.experiments.api.files import BINARY, stored_zip
from apps.experiments.api.serializers import KeptFileSerializer
from apps.experiments.models import Run

CHUNK_BYTES = 256 * 1024
# What was on its way when the work ended may still arrive.
STILL_TAKEN_FOR = timedelta(minutes=10)
CHECKSUM = OpenApiParameter(
    "X-Content-SHA256", OpenApiTypes.STR, OpenApiParameter.HEADER, description="Of the contents, in hex."
)
CHILD = OpenApiParameter("run", OpenApiTypes.UUID, description="A run below this one, whose file it is.")


class AnyBody(BaseParser):
    """Lets any body through unread; the view reads it as it comes."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return nothing of it."""
        return {}


class OfWork(APIView):
    """What the routes of runners share. Sets ``self.run`` before the handler runs."""

    authentication_classes = (WorkAuthentication,)
    parser_classes = (AnyBody,)

    run: Run

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the run that the token's order is the work of."""
        super().initial(request, *args, **kwargs)
        order: WorkOrder = request.user.order  # type: ignore[union-attr]
        self.order = order
        self.run = get_object_or_404(Run.objects.select_related("snapshot"), pk=order.subject_id, deleted_at=None)


class WorkCode(OfWork):
    """The code for a runner."""

    access = Access(Level.WORK, {"GET": ""})

    @extend_schema(responses=BINARY)
    def get(self, request: Request) -> HttpResponseBase:
        """Return the zip of the run's code."""
        if self.run.snapshot is None:
            raise NotFound(_("This run has no code of its own."))
        return stored_zip(self.run.snapshot, "code.zip")


class WorkFile(OfWork):
    """A file from a runner."""

    access = Access(Level.WORK, {"PUT": ""})

    @extend_schema(request=OpenApiTypes.BINARY, parameters=[CHECKSUM, CHILD], responses=KeptFileSerializer)
    def put(self, request: Request, file_path: str) -> Response:
        """Keep a file of the run, or of a child of it, in place of what was there under the same path."""
        if self.order.ended_at and timezone.now() - self.order.ended_at > STILL_TAKEN_FOR:
            raise Conflict(_("This work has ended; nothing more is taken from it."))
        sha256 = request.headers.get("X-Content-SHA256", "").lower()
        row = services.store_file(run=self._owner(request), path=file_path, contents=_body_of(request), sha256=sha256)
        return Response({"path": row.path, "size": row.size, "sha256": row.sha256})

    def _owner(self, request: Request) -> Run:
        text = request.query_params.get("run", "")
        if not text:
            return self.run
        try:
            run_id = UUID(text)
        except ValueError:
            raise NotFound(_("There is no such run.")) from None
        if not services.is_below(run_id, self.run.pk):
            raise NotFound(_("No run of this id is below the run of this work."))
        return Run.objects.get(pk=run_id)


def _body_of(request: Request) -> Iterator[bytes]:
    """Give the body in pieces, without a limit to its size: the server has put what is large on disk."""
    return iter(partial(request._request.read, CHUNK_BYTES), b"")
