"""Shortest valid rows of compute."""

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.compute.models import LOCAL, Agent, ComputeTarget, Isolation, WorkKind, WorkOrder
from apps.compute.states import LEASE_S, SILENT_AFTER, WorkState
from apps.core.crypto import new_token, token_hash
from apps.core.ids import uuid7
from tests.workspaces.factories import WorkspaceFactory


class AgentFactory(DjangoModelFactory[Agent]):
    """A machine that never connected. Its token is ``agent.secret``. Traits: ``online``, ``silent``."""

    class Meta:
        model = Agent

    class Params:
        online = factory.Trait(
            last_seen_at=factory.LazyFunction(timezone.now), told_at=factory.LazyFunction(timezone.now)
        )
        silent = factory.Trait(last_seen_at=factory.LazyFunction(lambda: timezone.now() - 2 * SILENT_AFTER))

    name = factory.Sequence(lambda number: f"machine-{number}")

    @classmethod
    def _create(cls, model_class: type[Agent], *args: Any, **fields: Any) -> Agent:
        secret = new_token("agent")
        agent = model_class.objects.create(*args, token_hash=token_hash(secret), **fields)
        agent.secret = secret  # type: ignore[attr-defined]
        return agent


class ComputeTargetFactory(DjangoModelFactory[ComputeTarget]):
    """The target ``local`` of a workspace. Trait: ``paused``."""

    class Meta:
        model = ComputeTarget
        django_get_or_create = ("workspace", "name")

    class Params:
        paused = factory.Trait(paused_at=factory.LazyFunction(timezone.now))

    workspace = factory.SubFactory(WorkspaceFactory)
    name = LOCAL


class WorkOrderFactory(DjangoModelFactory[WorkOrder]):
    """Work that waits in the queue of the target ``local``. Traits: ``leased``, ``running``, both by ``agent``; ``ended``."""

    class Meta:
        model = WorkOrder

    class Params:
        leased = factory.Trait(
            state=WorkState.LEASED,
            attempt=1,
            leased_at=factory.LazyFunction(timezone.now),
            lease_expires_at=factory.LazyFunction(lambda: timezone.now() + timedelta(seconds=LEASE_S)),
        )
        running = factory.Trait(
            state=WorkState.RUNNING,
            attempt=1,
            stage="run",
            leased_at=factory.LazyFunction(timezone.now),
            started_at=factory.LazyFunction(timezone.now),
            last_seen_at=factory.LazyFunction(timezone.now),
        )
        ended = factory.Trait(
            state=WorkState.ENDED, attempt=1, outcome="succeeded", ended_at=factory.LazyFunction(timezone.now)
        )

    target = factory.SubFactory(ComputeTargetFactory)
    workspace = factory.SelfAttribute("target.workspace")
    kind = WorkKind.RUN
    subject_id = factory.LazyFunction(uuid7)
    title = factory.Sequence(lambda number: f"work {number}")
    spec = factory.LazyFunction(lambda: {"version": 1, "command": "true"})
    slots = factory.LazyAttribute(lambda order: 0 if order.kind == WorkKind.BUILD else 1)


def heartbeat(**machine: Any) -> dict[str, Any]:
    """Return what an agent sends, with some facts of the machine changed."""
    facts = {
        "hostname": "worker-7",
        "system": "Linux 6.1 (x86_64)",
        "python_version": "3.11.7",
        "boot_id": "b1",
        "cores": 8,
        "load": 1.5,
        "memory_total_mb": 16384,
        "memory_available_mb": 12288,
        "disk_total_mb": 100_000,
        "disk_free_mb": 60_000,
        "gpus": [{"name": "NVIDIA A100", "memory_mb": 81920}],
    }
    return {
        "version": "0.1.0",
        "started_at": "2026-11-23T06:00:00+00:00",
        "isolation": {"kind": Isolation.BUBBLEWRAP, "detail": "bubblewrap 0.8.0"},
        "machine": {**facts, **machine},
    }
