"""Logs of a run: which there are, their lines, search in them, and their bytes."""

import re
from collections.abc import AsyncIterator, Iterator
from http import HTTPStatus
from typing import Any

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.experiments.api.metrics import checked
from apps.experiments.api.one_run import OneRunAPI
from apps.experiments.logs.reading import MOST_LINES, count_lines, find_log, read_bytes, read_lines
from apps.experiments.logs.searching import LONGEST_QUERY, MOST_HITS, search
from apps.experiments.models import RunLog
from apps.workspaces.access import workspace_access
from apps.workspaces.roles import Action

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_FURTHEST = 2**62


class LogSerializer(serializers.Serializer[Any]):
    """One log. `size` in bytes; `lines` counts complete lines."""

    path = serializers.CharField()
    size = serializers.IntegerField()
    lines = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    ended = serializers.SerializerMethodField()

    def get_ended(self, log: RunLog) -> bool:
        """Whether nothing more will come."""
        return log.ended_at is not None


class LogListSerializer(serializers.Serializer[Any]):
    """All logs of a run, by path."""

    items = LogSerializer(many=True)


class LinesQuerySerializer(serializers.Serializer[Any]):
    """Which lines: `count` of them from number `from` (from 0), or the last `tail`."""

    path = serializers.CharField(max_length=500)
    count = serializers.IntegerField(required=False, default=500, min_value=1, max_value=MOST_LINES)
    tail = serializers.IntegerField(required=False, default=None, allow_null=True, min_value=1, max_value=MOST_LINES)

    def get_fields(self) -> dict[str, Any]:
        """Add the field whose name is a word of Python."""
        return {**super().get_fields(), "from": line_number()}


class LinesSerializer(serializers.Serializer[Any]):
    """Lines as they are, with ANSI codes and carriage returns; perhaps fewer than asked for, where they are very long.

    `total_lines` counts a last line that has not ended yet; `size` is the log's in bytes, from which a websocket goes on;
    `truncated` are the numbers of lines of which only the first 20,000 characters are here.
    """

    path = serializers.CharField()
    first_line = serializers.IntegerField()
    lines = serializers.ListField(child=serializers.CharField())
    total_lines = serializers.IntegerField()
    size = serializers.IntegerField()
    ended = serializers.BooleanField()
    truncated = serializers.ListField(child=serializers.IntegerField())


class SearchQuerySerializer(serializers.Serializer[Any]):
    """What to find, and from which line on."""

    path = serializers.CharField(max_length=500)
    q = serializers.CharField(max_length=LONGEST_QUERY, trim_whitespace=False)
    limit = serializers.IntegerField(required=False, default=200, min_value=1, max_value=MOST_HITS)
    regex = serializers.BooleanField(required=False, default=False)
    case = serializers.BooleanField(required=False, default=False)

    def get_fields(self) -> dict[str, Any]:
        """Add the field whose name is a word of Python."""
        return {**super().get_fields(), "from": line_number()}


class ContentQuerySerializer(serializers.Serializer[Any]):
    """Which log."""

    path = serializers.CharField(max_length=500)


class HitSerializer(serializers.Serializer[Any]):
    """One line that matches."""

    line = serializers.IntegerField()
    text = serializers.CharField()


class SearchSerializer(serializers.Serializer[Any]):
    """Lines that match. Where `complete` is false, ask again from line `next` on."""

    hits = HitSerializer(many=True)
    next = serializers.IntegerField(allow_null=True)
    complete = serializers.BooleanField()


def line_number() -> serializers.IntegerField:
    """Return the field for the number of a line."""
    return serializers.IntegerField(required=False, default=0, min_value=0, max_value=_FURTHEST)


class Logs(OneRunAPI, APIView):
    """The logs of a run."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(responses=LogListSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return which logs there are."""
        return Response(LogListSerializer({"items": RunLog.objects.filter(run=self.run).order_by("path")}).data)


class LogLines(OneRunAPI, APIView):
    """Lines of a log."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[LinesQuerySerializer], responses=LinesSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return lines by number, or the last ones."""
        query = checked(LinesQuerySerializer, request)
        log = find_log(self.run.pk, query["path"])
        first, count = query["from"], query["count"]
        if query["tail"]:
            first, count = max(0, count_lines(log) - query["tail"]), query["tail"]
        found = read_lines(log, first, count)
        return Response(
            {
                "path": log.path,
                "first_line": found.first_line,
                "lines": found.lines,
                "total_lines": found.total_lines,
                "size": log.size,
                "ended": log.ended_at is not None,
                "truncated": found.truncated,
            }
        )


class LogSearch(OneRunAPI, APIView):
    """Search in a log."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[SearchQuerySerializer], responses=SearchSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the lines in which a text or a regular expression (RE2) occurs."""
        query = checked(SearchQuerySerializer, request)
        log = find_log(self.run.pk, query["path"])
        hits = search(
            log, query["q"], first=query["from"], most=query["limit"], is_regex=query["regex"], by_case=query["case"]
        )
        found = [{"line": line, "text": text} for line, text in hits.found]
        return Response({"hits": found, "next": hits.next_line, "complete": hits.next_line is None})


class LogContent(OneRunAPI, APIView):
    """A log as a file."""

    access = workspace_access(get=Action.RUNS_READ)

    @extend_schema(parameters=[ContentQuerySerializer], responses={(200, "text/plain"): OpenApiTypes.BINARY})
    def get(self, request: Request, **kwargs: Any) -> StreamingHttpResponse:
        """Return a log, whole or the one range of bytes that is asked for."""
        query = checked(ContentQuerySerializer, request)
        log = find_log(self.run.pk, query["path"])
        start, end = 0, log.size
        asked = _RANGE.fullmatch(request.headers.get("Range", ""))
        if asked and any(asked.groups()):
            first, last = asked.groups()
            start = int(first) if first else max(0, log.size - int(last))
            end = min(log.size, int(last) + 1) if first and last else log.size
        status = HTTPStatus.PARTIAL_CONTENT if start < end and (start, end) != (0, log.size) else HTTPStatus.OK
        if status is HTTPStatus.OK:
            start, end = 0, log.size
        answer = StreamingHttpResponse(_streamed(read_bytes(log, start, end)), status=status)
        answer["Content-Type"] = "text/plain; charset=utf-8"
        answer["Content-Length"] = str(end - start)
        answer["Accept-Ranges"] = "bytes"
        answer["Content-Disposition"] = content_disposition_header(True, log.path.rpartition("/")[2]) or "attachment"
        if status is HTTPStatus.PARTIAL_CONTENT:
            answer["Content-Range"] = f"bytes {start}-{end - 1}/{log.size}"
        return answer


async def _streamed(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Give pieces that come from the database, without holding up the event loop."""
    following = sync_to_async(
        lambda: next(pieces, None), thread_sensitive=True
    )  # one thread, as it holds a cursor open
    while (piece := await following()) is not None:
        yield piece
