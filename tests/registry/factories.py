"""Shortest valid rows of models, and models made the way people make them."""

import hashlib
from typing import Any

import factory

from apps.accounts.models import User
from apps.experiments.models import Run
from apps.experiments.services import store_file
from apps.registry import services
from apps.registry.models import ModelFile, ModelVersion, RegisteredModel
from apps.registry.services.shared import note_tags
from apps.registry.states import VersionState
from tests.experiments.factories import RunFactory
from tests.workspaces.factories import WorkspaceFactory

WEIGHTS = b"weights of a model"


class ModelFactory(factory.django.DjangoModelFactory[RegisteredModel]):
    """A model with one version, which is ready, of one file ``model.pkl``, without its bytes."""

    class Meta:
        model = RegisteredModel

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda number: f"model-{number}")

    @classmethod
    def _create(cls, model_class: type[RegisteredModel], *args: Any, **fields: Any) -> RegisteredModel:
        model: RegisteredModel = super()._create(model_class, *args, **fields)
        add_version(model)
        return model


def add_version(model: RegisteredModel, **fields: Any) -> ModelVersion:
    """Return a further version of a model, which is ready, of one file ``model.pkl``, without its bytes."""
    number = model.latest_number + 1
    facts: dict[str, Any] = {"state": VersionState.READY, "file_count": 1, "size": 3, "sha256": "a" * 64, **fields}
    version = ModelVersion.objects.create(
        model=model, number=number, folder=f"workspaces/{model.workspace_id}/models/{model.pk}-{number}", **facts
    )
    ModelFile.objects.create(version=version, path="model.pkl", size=3, sha256="b" * 64)
    model.latest, model.latest_number, model.latest_at = version, number, version.created_at
    model.save()
    note_tags(model)
    return version


def run_with(workspace: Any, files: dict[str, bytes] | None = None, **fields: Any) -> Run:
    """Return a completed run that left files; ``outputs/model/`` with two files unless told otherwise."""
    run: Run = RunFactory.create(workspace=workspace, completed=True, **fields)
    left = {"outputs/model/model.pkl": WEIGHTS, "outputs/model/data/x.bin": b"x" * 1000} if files is None else files
    for path, contents in left.items():
        store_file(run=run, path=path, contents=[contents], sha256=hashlib.sha256(contents).hexdigest())
    return run


def registered(actor: User, workspace: Any, run_tasks: Any, name: str = "churn", **said: Any) -> ModelVersion:
    """Return a version of a run's ``outputs/model``, whose files are copied."""
    run = said.pop("run", None) or run_with(workspace, said.pop("files", None))
    path = said.pop("path", "outputs/model")
    version = services.register_from_run(actor=actor, workspace=workspace, name=name, run=run, path=path, **said)
    run_tasks()
    version.refresh_from_db()
    return version
