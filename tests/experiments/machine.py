"""The studio's own machine as its agent and runners would speak for it, without a program behind."""

from typing import Any

from django.utils import timezone

from apps.compute import services
from apps.compute.models import LOCAL, Agent, WorkOrder
from apps.experiments.models import Run
from tests.compute.factories import AgentFactory


class Machine:
    """Takes work and says how it goes. ``now()`` of stages is the real time."""

    def __init__(self, slots: int = 4) -> None:
        self.agent: Agent = AgentFactory.create(name=LOCAL, online=True, slots=slots)
        self._taken: list[WorkOrder] = []

    def take(self, run: Run | None = None) -> WorkOrder:
        """Lease what is next; return the order, of ``run`` if one is named."""
        held = list(WorkOrder.objects.on_machine().values_list("pk", flat=True))
        self._taken += services.lease(self.agent, free_slots=4, free_builds=2, held=held).orders
        found = next((order for order in self._taken if run is None or order.subject_id == run.pk), None)
        assert found is not None, "there is no such work"
        self._taken.remove(found)
        return found

    def say(self, order: WorkOrder, stage: str, detail: str = "") -> WorkOrder:
        """Report the stage that has begun."""
        order.refresh_from_db()
        now = timezone.now().isoformat()
        earlier = [{**entry, "ended_at": entry["ended_at"] or now} for entry in order.stages]
        stages = [*earlier, {"name": stage, "started_at": now, "ended_at": None, "detail": detail}]
        began = stage == "run" or order.began_at is not None
        return services.record_progress(order, stage=stage, stages=stages, began=began)

    def end(self, order: WorkOrder, outcome: str = "succeeded", **facts: Any) -> WorkOrder:
        """Report the end."""
        order.refresh_from_db()
        facts.setdefault("exit_code", 0 if outcome == "succeeded" else None)
        return services.end_work(order, outcome=outcome, **facts)

    def carry_out(self, run: Run, outcome: str = "succeeded", **facts: Any) -> WorkOrder:
        """Take a run, begin it and end it."""
        order = self.take(run)
        self.say(order, "fetch_code")
        self.say(order, "run")
        return self.end(order, outcome, **facts)
