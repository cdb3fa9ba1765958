"""References, aliases, stages, archive, deletion and comparison."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.core.errors import InvalidInput
from apps.core.hooks import workspace_holds
from apps.core.storage import get_store
from apps.experiments.models import MetricSummary, RunParameter
from apps.registry import services
from apps.registry.errors import (
    AliasUnknown,
    ModelUnknown,
    NameTaken,
    NotAReference,
    NotConfirmed,
    StageEmpty,
    VersionUnknown,
)
from apps.registry.hooks import ModelUse, model_uses
from apps.registry.models import ModelAlias, ModelFile, ModelVersion, RegisteredModel
from apps.workspaces.roles import Role
from tests.registry.factories import ModelFactory, add_version, registered, run_with
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def builder(workspace):
    return member(workspace, Role.DATA_SCIENTIST)


@pytest.fixture
def model(workspace):
    model = ModelFactory.create(workspace=workspace, name="my model")
    add_version(model)
    return model


def test_references_of_jobs_and_clients_mean_versions(workspace, builder, model):
    first = model.versions.get(number=1)
    services.set_alias(actor=builder, version=first, alias="Champion")
    services.set_stage(actor=builder, version=first, stage="production")
    for text, number in (
        ("my model", 2), ("my model@latest", 2), ("my model:1", 1), ("azureml:my model:1", 1), ("azureml:My Model@latest", 2),
        ("my model@champion", 1), ("models:/my model/2", 2), ("models:/my%20model@champion", 1), ("models:/my model/latest", 2),
        ("models:/my model/Production", 1), ("azureml://models/my model/versions/1", 1),
        ("azureml://subscriptions/s/resourcegroups/r/workspaces/w/models/my model/versions/2", 2), ("my model:latest", 2),
    ):  # fmt: skip
        assert services.resolve_reference(workspace, text).number == number, text
    for text, error in (
        ("your model:1", ModelUnknown), ("my model:3", VersionUnknown), ("my model:x", VersionUnknown),
        ("my model@king", AliasUnknown), ("models:/my model/Staging", StageEmpty), ("", NotAReference), ("a/b:1", NotAReference),
        ("models:/my model", NotAReference), ("my model:1:2", NotAReference), ("../x", NotAReference), ("m\0:1", NotAReference),
        ("my model:99999999999999999999", VersionUnknown), ("my model:١", NotAReference),
    ):  # fmt: skip
        with pytest.raises(error):
            services.resolve_reference(workspace, text)
    with pytest.raises(ModelUnknown):
        services.resolve_reference(WorkspaceFactory.create(), "my model")


def test_an_alias_moves_and_goes(builder, model):
    first, second = model.versions.order_by("number")
    services.set_alias(actor=builder, version=first, alias="champion")
    services.set_alias(actor=builder, version=second, alias="CHAMPION")
    assert [(alias.name, alias.version) for alias in ModelAlias.objects.all()] == [("champion", second)]
    for alias in ("latest", "7", "v2", "", "a b", "x" * 300, "-a"):
        with pytest.raises(InvalidInput):
            services.set_alias(actor=builder, version=first, alias=alias)
    services.delete_alias(actor=builder, model=model, alias="champion")
    with pytest.raises(AliasUnknown):
        services.delete_alias(actor=builder, model=model, alias="champion")


def test_a_stage_can_push_others_into_the_archive(builder, model):
    first, second = model.versions.order_by("number")
    services.set_stage(actor=builder, version=first, stage="Production")
    services.set_stage(actor=builder, version=second, stage="Production", archive_existing=True)
    assert [version.stage for version in model.versions.order_by("number")] == ["Archived", "Production"]
    with pytest.raises(InvalidInput):
        services.set_stage(actor=builder, version=first, stage="Retired")


def test_latest_passes_over_archived_and_deleted_versions(workspace, builder, model, run_tasks):
    second = services.resolve_reference(workspace, "my model")
    services.archive_version(actor=builder, version=second)
    assert services.resolve_reference(workspace, "my model").number == 1
    assert services.resolve_reference(workspace, "my model:2") == second
    services.archive_version(actor=builder, version=second, archived=False)
    services.delete_version(actor=builder, version=second)
    assert services.resolve_reference(workspace, "my model").number == 1
    with pytest.raises(VersionUnknown, match="latest is my model:1"):
        services.resolve_reference(workspace, "my model:2")


def test_a_model_is_renamed_and_its_old_name_is_free(workspace, builder, model):
    ModelFactory.create(workspace=workspace, name="taken")
    with pytest.raises(NameTaken):
        services.edit_model(actor=builder, model=model, changes={"name": "Taken"})
    services.edit_model(actor=builder, model=model, changes={"name": "new"})
    assert services.find_model(workspace, "my model") is None
    assert services.resolve_reference(workspace, "new:1").number == 1


def test_deleting_what_was_used_needs_its_name_and_frees_bytes(workspace, builder, run_tasks):
    version = registered(builder, workspace, run_tasks, "m")
    model_uses.add(uses := lambda ids, limit: [ModelUse(version.pk, "run", "calm_fox", "/r/")])
    try:
        with pytest.raises(NotConfirmed, match="run calm_fox"):
            services.delete_version(actor=builder, version=version)
        services.delete_version(actor=builder, version=version, confirm_name="m:1")
    finally:
        model_uses.remove(uses)
    assert len([*get_store().list(version.folder)]) == 2
    run_tasks()
    assert [*get_store().list(version.folder)] == []
    assert RegisteredModel.objects.get().latest is None
    services.delete_model(actor=builder, model=version.model)  # nothing is left that a name would have to confirm
    assert not RegisteredModel.objects.exists()


def test_a_version_that_is_deleted_while_it_is_copied_leaves_nothing(workspace, builder, run_tasks):
    version = services.register_from_run(
        actor=builder, workspace=workspace, name="m", run=run_with(workspace), path="outputs/model"
    )
    services.delete_version(actor=builder, version=version)
    run_tasks()
    assert [*get_store().list(version.folder)] == []
    assert not ModelFile.objects.exists()


def test_a_workspace_that_goes_takes_rows_and_bytes_along(workspace, builder, run_tasks):
    version = registered(builder, workspace, run_tasks, "m")
    services.set_alias(actor=builder, version=version, alias="champion")
    held = [holding for part in workspace_holds([workspace.pk]) for holding in part.get(workspace.pk, [])]
    assert ("Models", 1, 1018) in [(str(one.label), one.count, one.size_bytes) for one in held]
    services.free_workspace(workspace)
    assert not RegisteredModel.objects.exists()
    assert not ModelVersion.objects.exists()
    assert [*get_store().list(version.folder)] == []


def test_versions_are_compared_by_what_differs(workspace, builder, run_tasks):
    def made(rate: str, weights: bytes) -> ModelVersion:
        run = run_with(workspace, {"m/a.pkl": weights, "m/same.txt": b"same"})
        RunParameter.objects.create(run=run, name="rate", value=rate)
        MetricSummary.objects.create(run=run, name="auc", last=float(rate))
        return registered(builder, workspace, run_tasks, "m", run=run, path="m")

    first, second = made("0.1", b"1"), made("0.2", b"22")
    rows = services.compare(first, second)
    found = {(row.section, row.name): (row.first, row.second) for row in rows if row.differs}
    assert found["parameters", "rate"] == ("0.1", "0.2")
    assert found["metrics", "auc"] == (0.1, 0.2)
    assert found["details", "size"] == (5, 6)
    assert [name for section, name in found if section == "files"] == ["a.pkl"]
    assert ("details", "framework") not in found


@pytest.mark.django_db(transaction=True)
def test_an_alias_that_all_want_at_once_is_of_one(workspace, builder):
    model = ModelFactory.create(workspace=workspace)
    versions = [model.latest, *(add_version(model) for _ in range(5))]

    def take(version: ModelVersion) -> None:
        try:
            services.set_alias(actor=builder, version=version, alias="champion")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(take, versions))
    assert ModelAlias.objects.filter(model=model).count() == 1
