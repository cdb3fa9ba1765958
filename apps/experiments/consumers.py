"""News of one run: its status, its metrics and its logs."""

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import orjson

from apps.core.feeds import EventSource, Source
from apps.experiments.events import run_topic
from apps.experiments.logs.source import LogSource
from apps.experiments.metrics.source import MetricSource
from apps.experiments.models import Run
from apps.workspaces.access import workspace_access
from apps.workspaces.consumers import WorkspaceConsumer
from apps.workspaces.roles import Action


class RunConsumer(WorkspaceConsumer):
    """``/ws/workspaces/<name>/runs/<run_id>/``: status, stages, tags and parameters."""

    access = workspace_access(connect=Action.RUNS_READ)
    check_again_on = frozenset()

    @property
    def run_id(self) -> UUID:
        """The run of the address."""
        found: UUID = self.scope["url_route"]["kwargs"]["run_id"]
        return found

    async def may_watch(self) -> bool:
        if not await super().may_watch():
            return False
        runs = Run.objects.filter(workspace_id=self.membership.workspace_id, deleted_at=None)
        return await runs.filter(pk=self.run_id).aexists()

    async def source(self) -> Source:
        return EventSource(run_topic(self.run_id))

    @classmethod
    async def encode_json(cls, content: Any) -> str:
        return orjson.dumps(content).decode()


class MetricsConsumer(RunConsumer):
    """``…/metrics/?after=<number in the journal>``: points as they are logged."""

    async def source(self) -> Source:
        return MetricSource(self.run_id)


class LogsConsumer(RunConsumer):
    """``…/logs/?path=<log>&after=<byte offset>``: text as it is written."""

    async def source(self) -> Source:
        query = parse_qs(self.scope["query_string"].decode("latin-1"), errors="replace")
        self.sent_to = self.cursor() or 0
        return LogSource(self.run_id, query.get("path", [""])[0])

    async def send_json(self, content: Any, close: bool = False) -> None:
        """Send a message; of a log's piece, what the page does not have yet."""
        if content["type"] == "reset":
            self.sent_to = content["seq"]
        elif content["type"] == "log":
            content = self._as_text(content)
        await super().send_json(content, close)

    def _as_text(self, content: dict[str, Any]) -> dict[str, Any]:
        piece = content["data"]
        # The shared reader's pieces need not begin where this page's cursor lies.
        skipped = max(0, self.sent_to - piece["offset"])
        self.sent_to = content["seq"]
        text = piece["bytes"][skipped:].decode("utf-8", "replace")
        return {**content, "data": {"path": piece["path"], "offset": piece["offset"] + skipped, "text": text}}
