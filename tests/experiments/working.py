"""A run with work, and its runner's and its code's tokens, as the compute app would give them."""

from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from django.utils import timezone

from apps.compute import tokens
from apps.compute.models import ComputeTarget, WorkKind, WorkOrder
from apps.compute.states import WorkState
from apps.experiments.models import Run
from tests.conftest import Site
from tests.experiments.factories import RunFactory

WITHIN_S = 30.0


@dataclass(frozen=True)
class WorkingRun:
    """A running run and its tokens."""

    run: Run
    order: WorkOrder
    work_token: str
    run_token: str


def working_run(**fields: Any) -> WorkingRun:
    """Make a run that a machine works on."""
    run = RunFactory.create(running=True, **fields)
    target, _made = ComputeTarget.objects.get_or_create(workspace=run.workspace, name="local")
    order = WorkOrder.objects.create(
        workspace=run.workspace,
        target=target,
        kind=WorkKind.RUN,
        subject_id=run.pk,
        title=run.name,
        state=WorkState.RUNNING,
        attempt=1,
        started_at=timezone.now(),
    )
    run.order = order
    run.save(update_fields=["order"])
    return WorkingRun(run, order, tokens.make("work", order.pk, 1), tokens.make("run", order.pk, 1))


class Runner:
    """Sends what a runner sends, over real HTTP."""

    def __init__(self, site: Site, token: str) -> None:
        self.client = httpx.Client(
            base_url=site.address, headers={"authorization": f"Bearer {token}"}, timeout=WITHIN_S
        )

    def log(
        self, data: bytes, offset: int, *, path: str = "user_logs/std_log.txt", end: bool = False
    ) -> httpx.Response:
        """Send part of a log."""
        query: dict[str, str | int] = {"path": path, "offset": offset, **({"end": 1} if end else {})}
        return self.client.post("/api/v1/work/logs/", params=query, content=data)

    def events(self, *lines: Any, offset: int = 0, source: str = "events") -> httpx.Response:
        """Send lines of the events file; texts and bytes go as they are."""
        return self.client.post(
            "/api/v1/work/metrics/", params={"source": source, "offset": offset}, content=as_lines(*lines)
        )


def as_lines(*lines: Any) -> bytes:
    """Return lines as the in-run SDK writes them."""
    return b"".join((line if isinstance(line, bytes) else orjson.dumps(line)) + b"\n" for line in lines)
