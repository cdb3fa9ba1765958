"""Shortest valid rows of compute."""

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.compute.models import Agent, Isolation
from apps.compute.states import SILENT_AFTER
from apps.core.crypto import new_token, token_hash


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
