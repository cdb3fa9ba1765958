"""The stages of a run, as ``Run.stages`` holds them: ``{"name", "started_at", "ended_at" or null, "detail"}``."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from apps.compute.models import WorkOrder
from apps.compute.states import WorkState
from apps.experiments.states import Stage

OURS = (Stage.SUBMITTED, Stage.ENVIRONMENT)

StageRow = dict[str, Any]


def moment(stage: Stage, at: datetime) -> StageRow:
    """Return a stage that takes no time."""
    return {"name": stage.value, "started_at": _iso(at), "ended_at": _iso(at), "detail": ""}


def open_stage(stage: Stage, at: datetime) -> StageRow:
    """Return a stage that has begun."""
    return {"name": stage.value, "started_at": _iso(at), "ended_at": None, "detail": ""}


def closed(stages: list[StageRow], at: datetime) -> list[StageRow]:
    """Return the stages with every open one ended."""
    return [{**stage, "ended_at": stage.get("ended_at") or _iso(at)} for stage in stages]


def with_order(stages: list[StageRow], order: WorkOrder) -> list[StageRow]:
    """Return the studio's own stages followed by the queue and what the machine says it did."""
    ours = [stage for stage in stages if stage["name"] in OURS]
    queue = {"name": Stage.QUEUE.value, "started_at": _iso(order.created_at), "ended_at": None, "detail": ""}
    if order.state != WorkState.WAITING:
        left = order.leased_at or order.ended_at
        queue["ended_at"] = _iso(left) if left else None
    whole = [*closed(ours, order.created_at), queue, *order.stages]
    return closed(whole, order.ended_at) if order.ended_at else whole


def began_at(order: WorkOrder) -> datetime | None:
    """Return when the user's command began; None while it has not.

    The machine says so to the moment; where its clock cannot be right, the time counts at which the studio heard of it.
    """
    for stage in order.stages:
        if stage.get("name") == Stage.RUN and stage.get("started_at"):
            said = parse_datetime(stage["started_at"])
            earliest, latest = order.leased_at or order.created_at, order.ended_at or timezone.now()
            return said if said and said.tzinfo and earliest <= said <= latest else order.began_at
    return order.began_at


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
