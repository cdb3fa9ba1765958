"""Versions, builds and references: what a job gets, and when."""

import pytest

from apps.activity.models import AuditRecord
from apps.compute.services import orders
from apps.compute.states import Outcome
from apps.core.errors import InvalidInput, NotAllowed, UserError
from apps.core.models import PendingTask
from apps.environments import services
from apps.environments.errors import CuratedReadOnly, EnvironmentUnknown, NameReserved, RebuildUnderWay, VersionUnknown
from apps.environments.models import Environment, EnvironmentBuild, EnvironmentVersion
from apps.environments.sources import read
from apps.environments.states import BuildState
from apps.experiments.hooks import ResolvedEnvironment
from apps.experiments.models import LogSegment, Run, RunKind, RunLog
from apps.experiments.services import CommandJob, submit_command
from apps.experiments.states import RunStatus
from apps.workspaces.models import Workspace
from apps.workspaces.models.alias import AliasKind
from apps.workspaces.roles import Role
from apps.workspaces.services import create_workspace
from tests.accounts.factories import UserFactory
from tests.compute.factories import AgentFactory
from tests.environments.factories import BuildFactory, EnvironmentFactory
from tests.workspaces.factories import AliasFactory, WorkspaceFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    """A workspace made as people make it, so that it has what every workspace has."""
    return create_workspace(actor=UserFactory.create(), name="acme")


@pytest.fixture
def actor(workspace):
    return member(workspace, Role.DATA_SCIENTIST)


def make(actor, workspace, name="churn", source="numpy>=1\n", **fields):
    reading = read(source, services.known_pythons())
    version, _new = services.create_version(
        actor=actor, workspace=workspace, name=name, reading=reading, source=source, **fields
    )
    return version


def state_of(version) -> ResolvedEnvironment:
    state = services.state_of(version.pk)
    assert state is not None
    return state


def version_of(workspace, name) -> EnvironmentVersion:
    environment = Environment.objects.get(workspace=workspace, name=name)
    assert environment.latest is not None
    return environment.latest


# --- What every workspace has ---


def test_every_workspace_has_the_curated_environments_and_all_share_their_builds(workspace):
    other = create_workspace(actor=UserFactory.create(), name="other")
    assert {row.name for row in workspace.environments.all()} == {"minimal", "sklearn"}
    assert all(row.is_curated and row.description for row in workspace.environments.all())
    assert version_of(workspace, "sklearn").build == version_of(other, "sklearn").build
    assert EnvironmentBuild.objects.count() == 2
    services.ensure_curated(workspace)
    assert EnvironmentVersion.objects.count() == 4


def test_workspaces_without_them_get_them_and_changed_ones_a_next_version(workspace, run_tasks):
    bare = WorkspaceFactory.create()
    EnvironmentVersion.objects.filter(environment=workspace.environments.get(name="sklearn")).update(recipe={})
    EnvironmentBuild.objects.filter(versions=version_of(workspace, "sklearn")).update(recipe_digest="old")
    assert services.ensure_curated_everywhere() == 2
    assert {row.name for row in bare.environments.all()} == {"minimal", "sklearn"}
    assert version_of(workspace, "sklearn").number == 2
    assert services.ensure_curated_everywhere() == 0


def test_a_name_that_somebody_had_first_stays_theirs():
    workspace = WorkspaceFactory.create()
    EnvironmentFactory.create(workspace=workspace, name="SKLearn")
    services.ensure_curated(workspace)
    assert {row.name for row in workspace.environments.filter(is_curated=True)} == {"minimal"}


def test_what_is_made_on_demand_comes_with_the_first_that_names_it(workspace, actor):
    with pytest.raises(CuratedReadOnly):
        make(actor, workspace, name="Designer")
    found = services.resolve(workspace, "designer", actor)
    assert (found.name, found.is_ready) == ("designer:1", False)
    assert services.resolve(workspace, "azureml:designer@latest", actor).id == found.id
    assert workspace.environments.get(name="designer").is_curated
    services.ensure_curated(workspace)
    assert services.ensure_curated_everywhere() == 0
    EnvironmentBuild.objects.filter(versions=found.id).update(recipe_digest="old")
    EnvironmentVersion.objects.filter(pk=found.id).update(recipe={})
    assert services.ensure_curated_everywhere() == 1
    assert version_of(workspace, "designer").number == 2


def test_their_builds_begin_by_themselves_and_only_once(workspace, run_tasks):
    run_tasks()
    assert Run.objects.filter(kind=RunKind.BUILD).count() == 2
    assert services.start_builds() == 0
    build = version_of(workspace, "sklearn").build
    assert build.run is not None
    assert build.run.order is not None
    spec = build.run.order.spec["environment"]
    assert spec["name"] == "sklearn:1"
    assert "scikit-learn>=1.5,<2\n" in spec["requirements"]
    assert spec["lock"] == ""
    assert (build.run.experiment, str(build.run.target), build.run.order.slots) == (None, "local", 0)


def test_pythons_are_those_that_machines_have(db):
    AgentFactory.create(name="local", python_version="3.12.4", pythons=["3.10", "3.12", "3.13"])
    AgentFactory.create(name="old", python_version="3.9")
    AgentFactory.create(name="odd", python_version="<script>", pythons=["<b>"])
    pythons = services.known_pythons()
    assert (pythons.default, pythons.available) == ("3.12", ["3.9", "3.10", "3.12", "3.13"])


# --- Versions ---


def test_the_same_packages_share_a_build_whatever_the_environment_is_called(workspace, actor):
    first = make(actor, workspace, "one", "pandas\nnumpy>=1\n")
    second = make(actor, workspace, "two", "# mine\nNumPy >= 1\nPandas\n")
    third = make(actor, workspace, "three", "numpy\n")
    assert first.build == second.build != third.build


def test_versions_count_up_and_the_latest_is_what_the_name_means(workspace, actor):
    make(actor, workspace, source="numpy\n")
    second = make(actor, workspace, name="CHURN", source="pandas\n", description="For churn.")
    assert str(second) == "churn:2"
    assert services.resolve(workspace, "churn", actor).name == "churn:2"
    assert services.resolve(workspace, "azureml:churn:1", actor).name == "churn:1"
    assert AuditRecord.objects.filter(verb="environment.version_created").count() == 2


def test_what_says_the_same_makes_no_new_version(workspace, actor):
    first = make(actor, workspace, source="numpy\npandas\n")
    assert make(actor, workspace, source="numpy\npandas\n") == first
    assert make(actor, workspace, source="numpy\npandas\n", variables={"A": "1"}).number == 2


@pytest.mark.parametrize("name", ["AzureML-mine", "Microsoft", "sklearn", "", "a b", "-x", "x" * 256])
def test_names_that_cannot_be_had(workspace, actor, name):
    with pytest.raises((NameReserved, CuratedReadOnly, InvalidInput)) as caught:
        make(actor, workspace, name)
    assert "name" in caught.value.problem()["errors"]


def test_readers_may_not_make_rebuild_or_archive(workspace, actor):
    version, reader = make(actor, workspace), member(workspace, Role.READER)
    with pytest.raises(NotAllowed):
        make(reader, workspace)
    with pytest.raises(NotAllowed):
        services.rebuild(actor=reader, version=version)
    with pytest.raises(NotAllowed):
        services.set_archived(actor=reader, environment=version.environment, archived=True)


def test_the_archive_takes_out_of_choices_but_breaks_nothing(workspace, actor):
    version = make(actor, workspace)
    services.set_archived(actor=actor, environment=version.environment, archived=True)
    assert "churn:1" not in [choice.reference for choice in services.choices(workspace)]
    assert services.resolve(workspace, "churn:1", actor).name == "churn:1"
    make(actor, workspace)  # who writes it again wants it back
    assert "churn:1" in [choice.reference for choice in services.choices(workspace)]
    with pytest.raises(CuratedReadOnly):
        services.set_archived(actor=actor, environment=workspace.environments.get(name="minimal"), archived=True)


# --- References ---


def test_a_reference_says_how_far_its_environment_is(workspace, actor, begin_build, finish_build):
    version = make(actor, workspace, variables={"LEVEL": "3"})
    waiting = services.resolve(workspace, "churn", actor)
    assert (waiting.is_ready, waiting.has_failed, waiting.spec) == (False, False, {})
    assert "waits to be built" in waiting.reason
    order = begin_build(version)
    assert "building the environment, " in state_of(version).reason
    assert state_of(version).reason.endswith("so far")
    orders.end_work(
        order, outcome="succeeded", result={"digest": "e" * 64, "lock": "numpy==2\n", "size": 5, "packages": []}
    )
    ready = state_of(version)
    assert (ready.is_ready, ready.reason, ready.variables) == (True, "", {"LEVEL": "3"})
    assert ready.spec == {
        "name": "churn:1",
        "digest": "e" * 64,
        "lock": "numpy==2\n",
        "python": version.recipe["python"],
    }


def test_references_that_name_nothing_say_what_there_is(workspace, actor):
    make(actor, workspace)
    with pytest.raises(EnvironmentUnknown, match=r"There are: .*sklearn.*churn"):
        services.resolve(workspace, "chrun", actor)
    with pytest.raises(VersionUnknown, match="the latest is churn:1"):
        services.resolve(workspace, "churn:7", actor)
    for reference in (None, "", 7, ["sklearn"], "a:b:c:d", {"build": {"path": "."}}, {"name": "x"}):
        with pytest.raises(UserError):
            services.resolve(workspace, reference, actor)


def test_environments_of_another_workspace_are_not_found(workspace, actor):
    EnvironmentFactory.create(name="elsewhere")
    with pytest.raises(EnvironmentUnknown):
        services.resolve(workspace, "elsewhere", actor)


def test_names_of_the_cloud_are_read_as_ours_with_a_warning(workspace, actor):
    found = services.resolve(workspace, "azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu:33", actor)
    assert found.name == "sklearn:1"
    assert found.warnings == (
        "“AzureML-sklearn-1.0-ubuntu20.04-py38-cpu:33” is read as sklearn:1, which comes with the studio.",
    )
    image = services.resolve(workspace, {"image": "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04"}, actor)
    assert image.name == "minimal:1"
    assert "is read as minimal:1" in image.warnings[0]


def test_a_family_of_the_cloud_becomes_an_environment_of_its_packages(workspace, actor):
    reference = "azureml://registries/azureml/environments/acpt-pytorch-2.2-cuda12.1/versions/13"
    found = services.resolve(workspace, reference, actor)
    assert found.name.startswith("job-")
    assert "torch" in found.warnings[0]
    assert services.resolve(workspace, reference, actor).id == found.id


def test_aliases_of_the_workspace_go_first(workspace, actor):
    make(actor, workspace)
    AliasFactory.create(workspace=workspace, kind=AliasKind.ENVIRONMENT, name="AzureML-sklearn-1.0", target="churn:1")
    AliasFactory.create(workspace=workspace, kind=AliasKind.COMPUTE, name="minimal", target="churn")
    found = services.resolve(workspace, "azureml:AzureML-sklearn-1.0@latest", actor)
    assert found.name == "churn:1"
    assert "by an alias of the workspace" in found.warnings[0]
    assert services.resolve(workspace, "minimal", actor).name == "minimal:1"


def test_a_job_that_holds_its_packages_gets_an_environment_of_its_own(workspace, actor):
    given = {
        "image": "mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04",
        "conda_file": {"name": "x", "dependencies": ["python=3.8", {"pip": ["numpy", "azureml-core"]}]},
    }
    first = services.resolve(workspace, given, actor)
    assert any("azureml-core" in warning for warning in first.warnings)
    assert services.resolve(workspace, given, actor).id == first.id
    other = {**given, "environment_variables": {"A": "1"}}
    assert services.resolve(workspace, other, actor).variables == {"A": "1"}
    assert services.resolve(workspace, other, actor).id != first.id
    assert not any(choice.reference == first.name for choice in services.choices(workspace))


def test_what_can_be_chosen_begins_with_what_most_people_want(workspace, actor, finish_build):
    make(actor, workspace, "mine")
    finish_build(version_of(workspace, "sklearn"))
    found = services.choices(workspace)
    assert [choice.reference for choice in found] == ["sklearn:1", "mine:1", "minimal:1"]
    assert [choice.is_ready for choice in found] == [True, False, False]
    assert "2 packages" in found[0].hint
    assert "waits to be built" in found[1].hint


# --- Builds ---


def test_a_build_that_succeeds_is_what_all_its_versions_use(workspace, actor, finish_build):
    mine, same = make(actor, workspace, "one"), make(actor, workspace, "two")
    build = finish_build(mine)
    assert build.state == BuildState.SUCCEEDED
    assert (build.digest, build.size, len(build.packages)) == ("e" * 64, 123_000_000, 2)
    assert services.resolve(workspace, same.reference, actor).is_ready
    assert make(actor, workspace, "three").build == build


def test_a_build_that_fails_says_why_and_what_to_do(workspace, actor, finish_build):
    version = make(actor, workspace)
    reason = "Because nunpy was not found in the package registry and you require nunpy, we can conclude that"
    build = finish_build(version, "failed", error_code="UserError", reason=reason)
    assert build.state == BuildState.FAILED
    assert "no package “nunpy”" in build.hints[0]
    state = state_of(version)
    assert state.has_failed
    assert "no package “nunpy”" in state.reason


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("canceled", "was canceled"), ("lost", "The machine was lost"), ("nothing", "did not say what it built")],
)
def test_a_build_that_came_to_no_end_can_be_made_again(workspace, actor, begin_build, finish_build, outcome, words):
    version = make(actor, workspace)
    order = begin_build(version)
    if outcome == "lost":
        orders.end(orders.locked(order.pk), Outcome.LOST, reason="the machine restarted")
    else:
        orders.end_work(order, outcome="succeeded" if outcome == "nothing" else outcome)
    version.build.refresh_from_db()
    assert words in version.build.reason
    assert "Build it again" in version.build.hints[0]
    services.rebuild(actor=actor, version=version)
    assert finish_build(version).generation == 2
    assert state_of(version).is_ready


def test_a_rebuild_changes_nothing_until_it_has_succeeded(workspace, actor, begin_build, finish_build):
    version, same = make(actor, workspace, "one"), make(actor, workspace, "two")
    first = finish_build(version)
    second = services.rebuild(actor=actor, version=version)
    assert second.generation == 2
    with pytest.raises(RebuildUnderWay):
        services.rebuild(actor=actor, version=version)
    order = begin_build(version)
    assert state_of(version).spec["digest"] == first.digest
    orders.end_work(order, outcome="succeeded", result={"digest": "f" * 64, "lock": "numpy==3\n"})
    assert state_of(version).spec["digest"] == "f" * 64
    assert state_of(same).spec["digest"] == first.digest


def test_a_rebuild_that_fails_leaves_what_there_was(workspace, actor, finish_build):
    version = make(actor, workspace)
    first = finish_build(version)
    services.rebuild(actor=actor, version=version)
    finish_build(version, "failed", reason="no")
    version.refresh_from_db()
    assert (version.build, version.next_build.state) == (first, BuildState.FAILED)
    assert state_of(version).is_ready
    services.rebuild(actor=actor, version=version)
    version.refresh_from_db()
    assert version.next_build.generation == 3


def test_a_failed_build_is_made_again_where_nobody_knows_of_it(workspace, actor, finish_build):
    given = {"conda_file": {"dependencies": ["numpy"]}}
    version = EnvironmentVersion.objects.get(pk=services.resolve(workspace, given, actor).id)
    finish_build(version, "failed", reason="The network was away.")
    assert not services.resolve(workspace, given, actor).has_failed
    version.refresh_from_db()
    assert version.build.generation == 2


def test_builds_whose_run_is_gone_begin_again(workspace, actor, begin_build):
    version = make(actor, workspace)
    begin_build(version)
    Run.objects.filter(kind=RunKind.BUILD).delete()
    version.build.refresh_from_db()
    assert version.build.state == BuildState.RUNNING
    assert services.start_builds() == 3
    version.build.refresh_from_db()
    assert (version.build.state, version.build.run is None) == (BuildState.QUEUED, False)


def test_builds_whose_end_was_missed_are_seen_to(workspace, actor, begin_build):
    version = make(actor, workspace)
    order = begin_build(version)
    Run.objects.filter(pk=order.subject_id).update(status=RunStatus.CANCELED, status_reason="by hand")
    services.start_builds()
    version.build.refresh_from_db()
    assert version.build.reason == "The build was canceled: by hand."


def test_a_build_that_nobody_needs_does_not_begin(db):
    BuildFactory.create()
    assert services.start_builds() == 0


def test_upgrades_ask_for_the_curated_environments(run_tasks):
    workspace = WorkspaceFactory.create()
    PendingTask.objects.create(name="environments.ensure_curated", arguments=[])
    run_tasks()
    assert workspace.environments.count() == 2


# --- Runs that wait for an environment ---


@pytest.fixture
def submit(workspace, actor):
    def give(environment) -> Run:
        job = CommandJob(command="python train.py", environment=environment)
        return submit_command(actor=actor, workspace=workspace, job=job, snapshot=None, experiment_name="churn")

    return give


def test_a_run_waits_for_its_environment_and_goes_on_by_itself(workspace, actor, submit, begin_build):
    version = make(actor, workspace, variables={"A": "1"})
    order = begin_build(version)
    run = submit("churn")
    assert run.status == RunStatus.PREPARING
    assert "building the environment" in run.status_reason
    orders.end_work(order, outcome="succeeded", result={"digest": "e" * 64, "lock": "numpy==2\n"})
    run.refresh_from_db()
    assert run.status == RunStatus.QUEUED
    assert run.order is not None
    assert run.order.spec["environment"]["digest"] == "e" * 64
    assert run.order.spec["variables"] == {"A": "1"}


def test_a_run_fails_with_its_environment_and_says_what_to_do(submit, begin_build):
    run = submit({"conda_file": {"dependencies": ["nunpy"]}})
    order = begin_build(EnvironmentVersion.objects.get(environment__is_anonymous=True))
    log = RunLog.objects.create(run_id=order.subject_id, path="user_logs/std_log.txt", size=64, lines=1)
    said = b"Because nunpy was not found in the package registry and you need"
    LogSegment.objects.create(log=log, offset=0, length=len(said), first_line=0, lines=1, data=said)
    orders.end_work(order, outcome="failed", error_code="UserError", reason="uv ended with exit code 1")
    run.refresh_from_db()
    assert run.status == RunStatus.FAILED
    assert "uv ended with exit code 1" in run.status_reason
    assert "no package “nunpy”" in EnvironmentBuild.objects.get(run_id=order.subject_id).hints[0]


def test_a_run_that_names_a_broken_environment_is_refused_with_the_reason(workspace, actor, submit, finish_build):
    finish_build(make(actor, workspace), "failed", reason="No such package.")
    with pytest.raises(UserError, match="No such package"):
        submit("churn")
