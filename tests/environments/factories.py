"""Shortest valid rows of environments."""

from typing import Any

import factory
from django.utils import timezone

from apps.environments.models import Environment, EnvironmentBuild, EnvironmentVersion
from apps.environments.recipes import Recipe
from apps.environments.states import BuildState
from tests.workspaces.factories import WorkspaceFactory


class BuildFactory(factory.django.DjangoModelFactory[EnvironmentBuild]):
    """A build that waits. Traits: ``ready``, ``failed``."""

    class Meta:
        model = EnvironmentBuild

    class Params:
        ready = factory.Trait(
            state=BuildState.SUCCEEDED,
            digest="d" * 64,
            lock="numpy==2.1.0 --hash=sha256:0\n",
            packages=[{"name": "numpy", "version": "2.1.0"}],
            size=45_000_000,
            started_at=factory.LazyFunction(timezone.now),
            ended_at=factory.LazyFunction(timezone.now),
        )
        failed = factory.Trait(state=BuildState.FAILED, reason="uv found no such package.", hints=["Spell it right."])

    recipe = factory.Sequence(lambda number: {"python": "3.11", "requirements": [f"package-{number}"]})
    recipe_digest = factory.LazyAttribute(lambda row: Recipe.from_json(row.recipe).digest)


class EnvironmentFactory(factory.django.DjangoModelFactory[Environment]):
    """An environment with one version; ``build`` is of that."""

    class Meta:
        model = Environment

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda number: f"environment-{number}")

    @classmethod
    def _create(cls, model_class: type[Environment], *args: Any, **fields: Any) -> Environment:
        build = fields.pop("build", None) or BuildFactory.create()
        environment: Environment = super()._create(model_class, *args, **fields)
        environment.latest = EnvironmentVersion.objects.create(
            environment=environment,
            number=1,
            recipe=build.recipe,
            source="numpy\n",
            source_kind="requirements",
            build=build,
        )
        environment.save()
        return environment
