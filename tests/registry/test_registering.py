"""Models of runs and uploads: numbers, files, what is found out of them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.core.storage import StorageFull, get_store
from apps.core.storage.local import LocalStore
from apps.data.models import Upload
from apps.experiments.models import Run, RunFile
from apps.experiments.services import delete_run
from apps.registry import services
from apps.registry.errors import FilesRefused, PathUnknown, VersionExists, VersionNotReady
from apps.registry.models import ModelVersion, RegisteredModel
from apps.registry.states import VersionState
from apps.workspaces.roles import Role
from tests.data.factories import uploaded
from tests.registry.factories import WEIGHTS, registered, run_with
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


@pytest.fixture
def workspace():
    return WorkspaceFactory.create()


@pytest.fixture
def builder(workspace):
    return member(workspace, Role.DATA_SCIENTIST)


def contents(version: ModelVersion) -> dict[str, bytes]:
    return {file.path: b"".join(services.open_file(version, file.path)) for file in version.files.all()}


def test_a_folder_of_a_run_becomes_a_version_that_outlives_the_run(workspace, builder, run_tasks):
    run = run_with(workspace, config={"environment": {"name": "sklearn:1"}})
    version = services.register_from_run(
        actor=builder, workspace=workspace, name="churn", run=run, path="outputs/model/"
    )
    assert (version.reference, version.state, version.model.latest) == ("churn:1", "Pending", version)
    with pytest.raises(VersionNotReady, match="still being copied"):
        services.resolve_reference(workspace, "churn:1")
    run_tasks()
    version.refresh_from_db()
    assert (version.state, version.root, version.file_count, version.size) == ("Ready", "model", 2, 1018)
    assert (version.framework, version.type, version.environment) == ("ScikitLearn", "custom_model", "sklearn:1")
    assert version.source == f"runs:/{run.pk}/outputs/model"
    delete_run(actor=builder, run=run)
    run_tasks()
    version.refresh_from_db()
    assert not Run.objects.exists()
    assert version.run is None
    assert version.run_name == str(run)
    assert contents(version) == {"model.pkl": WEIGHTS, "data/x.bin": b"x" * 1000}


def test_a_single_file_and_everything_of_a_run(workspace, builder, run_tasks):
    run = run_with(workspace, {"a/net.onnx": b"o", "b.txt": b"b"})
    single = registered(builder, workspace, run_tasks, run=run, path="a/net.onnx")
    assert (single.root, single.framework, contents(single)) == ("", "ONNX", {"net.onnx": b"o"})
    whole = registered(builder, workspace, run_tasks, run=run, path="")
    assert (whole.number, contents(whole)) == (2, {"a/net.onnx": b"o", "b.txt": b"b"})


def test_what_is_not_there_is_said(workspace, builder):
    run = run_with(workspace)
    with pytest.raises(PathUnknown, match="outputs/model"):
        services.register_from_run(actor=builder, workspace=workspace, name="m", run=run, path="outputs/modle")
    for path in ("../../etc", "/etc/passwd\0", "outputs/../outputs/model"):
        with pytest.raises(PathUnknown):
            services.register_from_run(actor=builder, workspace=workspace, name="m", run=run, path=path)
    for name in ("", "../m", "a/b", "a:1", "a@b", "a\nb", "x" * 256):
        with pytest.raises(InvalidInput):
            services.register_from_run(actor=builder, workspace=workspace, name=name, run=run, path="outputs/model")
    assert not RegisteredModel.objects.exists()


def test_a_run_of_another_workspace_is_none(workspace, builder):
    other = run_with(WorkspaceFactory.create())
    with pytest.raises(InvalidInput, match="no such run"):
        services.register_from_run(actor=builder, workspace=workspace, name="m", run=other, path="outputs/model")
    with pytest.raises(NotFound):
        services.register_from_run(actor=builder, workspace=other.workspace, name="m", run=other, path="outputs/model")
    reader = member(workspace, Role.READER)
    with pytest.raises(NotAllowed):
        services.ensure_model(reader, workspace, "m")


def test_hostile_paths_of_files_are_refused(workspace, builder):
    run = run_with(workspace)
    for path in (
        "outputs/model/../../x",
        "outputs/model/a\\b",
        "outputs/model/model.pkl/below",
        f"outputs/model/{'é' * 400}",
    ):
        row = RunFile.objects.create(run=run, path=path, size=1, sha256="a" * 64, key="k")
        with pytest.raises(FilesRefused):
            services.register_from_run(actor=builder, workspace=workspace, name="m", run=run, path="outputs/model")
        row.delete()
    assert not ModelVersion.objects.exists()


def test_numbers_can_be_asked_for_once(workspace, builder, run_tasks):
    assert registered(builder, workspace, run_tasks, version=7).number == 7
    assert registered(builder, workspace, run_tasks).number == 8
    with pytest.raises(VersionExists, match="latest is 8"):
        registered(builder, workspace, run_tasks, version=8)
    services.delete_version(actor=builder, version=services.resolve_reference(workspace, "churn:8"))
    assert registered(builder, workspace, run_tasks).number == 9


@pytest.mark.servers
def test_a_copy_that_was_killed_goes_on(workspace, builder, run_tasks, monkeypatch):
    files = {f"outputs/model/{number:04}.bin": bytes([number % 256]) * 10 for number in range(1600)}
    run = run_with(workspace, files)
    version = services.register_from_run(actor=builder, workspace=workspace, name="m", run=run, path="outputs/model")
    write, written = LocalStore._write, []

    def dies_at_the_300th(store, key, source):
        written.append(key)
        if len(written) == 300:
            raise KeyboardInterrupt
        write(store, key, source)

    monkeypatch.setattr(LocalStore, "_write", dies_at_the_300th)
    with pytest.raises(KeyboardInterrupt):
        services.copy_files(version.pk)
    version.refresh_from_db()
    assert version.state == VersionState.PENDING
    assert version.files.filter(source_key="").count() == 299
    run_tasks()
    version.refresh_from_db()
    assert (version.state, len(written)) == ("Ready", 1601)
    assert contents(version) == {path.rpartition("/")[2]: data for path, data in files.items()}


def test_a_second_worker_leaves_a_copy_to_the_first_and_comes_back(workspace, builder, run_tasks):
    from django.utils import timezone

    from apps.core.models import PendingTask

    run = run_with(workspace)
    version = services.register_from_run(actor=builder, workspace=workspace, name="m", run=run, path="outputs/model")
    PendingTask.objects.all().delete()
    ModelVersion.objects.update(copying_until=timezone.now() + services.copying.KEPT_FOR)
    services.copy_files(version.pk)
    assert [task.name for task in PendingTask.objects.all()] == ["registry.copy_files"]
    assert version.files.exclude(source_key="").count() == 2
    ModelVersion.objects.update(copying_until=None)
    run_tasks()
    version.refresh_from_db()
    assert version.state == VersionState.READY


def test_a_full_disk_leaves_nothing_half_and_says_so(workspace, builder, run_tasks, monkeypatch):
    run = run_with(workspace, {f"outputs/model/{number}": b"x" for number in range(5)})
    first = registered(builder, workspace, run_tasks, "m")
    version = services.register_from_run(actor=builder, workspace=workspace, name="m", run=run, path="outputs/model")
    write, written = LocalStore._write, []

    def is_full_after_two(store, key, source):
        written.append(key)
        if len(written) > 2:
            raise StorageFull
        write(store, key, source)

    monkeypatch.setattr(LocalStore, "_write", is_full_after_two)
    with_commit(lambda: services.copy_files(version.pk))
    version.refresh_from_db()
    assert version.state == VersionState.FAILED
    assert "no space left" in version.state_reason
    assert [*get_store().list(version.folder)] == []
    assert services.resolve_reference(workspace, "m@latest") == first
    with pytest.raises(VersionNotReady, match="no space left"):
        services.resolve_reference(workspace, "m:2")


def test_a_file_that_was_replaced_or_damaged_makes_no_version(workspace, builder, run_tasks):
    from apps.experiments.services import store_file

    run = run_with(workspace)
    version = services.register_from_run(actor=builder, workspace=workspace, name="m", run=run, path="outputs/model")
    with_commit(lambda: store_file(run=run, path="outputs/model/model.pkl", contents=[b"other"]))
    run_tasks()
    version.refresh_from_db()
    assert version.state == VersionState.FAILED
    assert "model.pkl" in version.state_reason
    again = services.register_from_run(actor=builder, workspace=workspace, name="m", run=run, path="outputs/model")
    get_store().write(RunFile.objects.get(run=run, path="outputs/model/data/x.bin").key, [b"rotten"])
    run_tasks()
    again.refresh_from_db()
    assert again.state == VersionState.FAILED
    assert "SHA-256" in again.state_reason


def test_an_upload_becomes_a_version_without_a_second_copy(workspace, builder, run_tasks):
    files = {"net/model.onnx": b"onnx", "net/readme.md": b"# net"}
    upload = uploaded(builder, workspace, **files)
    before = {entry.key for entry in get_store().list()}
    version = services.register_from_upload(actor=builder, workspace=workspace, name="net", upload=upload)
    assert (version.state, version.root, version.framework) == ("Ready", "net", "ONNX")
    assert contents(version) == {"model.onnx": b"onnx", "readme.md": b"# net"}
    assert {entry.key for entry in get_store().list()} == before
    assert not Upload.objects.exists()
    services.delete_model(actor=builder, model=version.model, confirm_name="net")
    run_tasks()
    assert [*get_store().list(version.folder)] == []


def test_an_upload_that_is_not_complete_or_of_others_is_refused(workspace, builder):
    from apps.data.errors import UploadIncomplete
    from tests.data.factories import UploadFactory

    upload = UploadFactory.create(workspace=workspace)
    with pytest.raises(UploadIncomplete):
        services.register_from_upload(actor=builder, workspace=workspace, name="m", upload=upload)
    other = UploadFactory.create()
    with pytest.raises(InvalidInput, match="no such upload"):
        services.register_from_upload(actor=builder, workspace=workspace, name="m", upload=other)


def test_an_mlflow_model_says_what_it_is(workspace, builder, run_tasks):
    said = b"flavors:\n  sklearn:\n    sklearn_version: 1.7.1\nmlflow_version: 3.1.0\n"
    version = registered(
        builder, workspace, run_tasks, files={"model/MLmodel": said, "model/model.pkl": b"x"}, path="model"
    )
    assert (version.type, version.framework, version.framework_version) == ("mlflow_model", "ScikitLearn", "1.7.1")
    with pytest.raises(InvalidInput, match="MLmodel"):
        registered(builder, workspace, run_tasks, type="mlflow_model")


@pytest.mark.django_db(transaction=True)
def test_versions_registered_at_once_get_numbers_of_their_own(workspace, builder):
    run = run_with(workspace)

    def register(_number: int) -> int:
        try:
            version = services.register_from_run(
                actor=builder, workspace=workspace, name="m", run=run, path="outputs/model"
            )
            return version.number
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(register, range(12)))
    assert sorted(numbers) == list(range(1, 13))
    latest = RegisteredModel.objects.get().latest
    assert latest
    assert latest.number == 12


def with_commit(work):
    """Do something, and then what it wants done after the commit, which a test's own transaction never has."""
    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        work()
