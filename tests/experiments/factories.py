"""Shortest valid rows of experiments."""

from typing import Any

import factory
from django.utils import timezone

from apps.experiments.models import Experiment, Run
from apps.experiments.states import RunStatus
from tests.workspaces.factories import WorkspaceFactory


class ExperimentFactory(factory.django.DjangoModelFactory[Experiment]):
    """An experiment without runs."""

    class Meta:
        model = Experiment

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda number: f"experiment-{number}")


class RunFactory(factory.django.DjangoModelFactory[Run]):
    """A command run that has not started. Traits: ``running``, ``completed``, ``failed``, ``canceled``."""

    class Meta:
        model = Run

    class Params:
        running = factory.Trait(status=RunStatus.RUNNING, started_at=factory.LazyFunction(timezone.now))
        completed = factory.Trait(
            status=RunStatus.COMPLETED,
            started_at=factory.LazyFunction(timezone.now),
            ended_at=factory.LazyFunction(timezone.now),
        )
        failed = factory.Trait(status=RunStatus.FAILED, ended_at=factory.LazyFunction(timezone.now))
        canceled = factory.Trait(status=RunStatus.CANCELED, ended_at=factory.LazyFunction(timezone.now))

    experiment = factory.SubFactory(
        ExperimentFactory,
        workspace=factory.SelfAttribute("..workspace"),
    )
    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda number: f"run-{number}")
    number = factory.Sequence(lambda number: number + 1)

    @classmethod
    def _create(cls, model_class: type[Run], *args: Any, **fields: Any) -> Run:
        fields.setdefault("config", {"command": "python train.py", "inputs": {}, "limits": {}})
        run: Run = super()._create(model_class, *args, **fields)
        return run
