"""The environments' pages, as people meet them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.compute.services import orders
from apps.environments import services
from apps.environments.entries import search
from apps.environments.models import Environment, EnvironmentVersion
from apps.workspaces.holdings import holdings_of
from apps.workspaces.roles import Action, Role, role_allows
from apps.workspaces.services import create_workspace
from tests.accounts.factories import UserFactory
from tests.environments.factories import BuildFactory, EnvironmentFactory
from tests.experiments.factories import RunFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db
FOLDER = "/workspaces/acme/environments/"


@pytest.fixture
def workspace():
    return WorkspaceFactory.create(name="acme")


@pytest.fixture
def scientist(workspace, browser_of):
    """A data scientist's browser; their workspace is called ``acme``."""
    return browser_of(member(workspace, Role.DATA_SCIENTIST))


def text_of(answer) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_list_says_how_far_each_is(scientist, workspace):
    EnvironmentFactory.create(
        workspace=workspace, name="ready-one", build=BuildFactory.create(ready=True), description="For churn."
    )
    EnvironmentFactory.create(workspace=workspace, name="broken-one", build=BuildFactory.create(failed=True))
    EnvironmentFactory.create(workspace=workspace, name="waiting-one")
    EnvironmentFactory.create(workspace=workspace, name="job-0a0a", is_anonymous=True)
    page = text_of(scientist.get(FOLDER))
    for words in (
        "ready-one",
        "For churn.",
        "Ready",
        "broken-one",
        "Failed",
        "no such package",
        "waiting-one",
        "Waiting",
        "42.9",
    ):
        assert words in page
    assert "job-0a0a" not in page
    assert "studio:environments.changed" in page
    assert 'data-feed="/ws/workspaces/acme/environments/"' in page


def test_the_list_can_be_narrowed(scientist, workspace):
    EnvironmentFactory.create(workspace=workspace, name="custom-one", build=BuildFactory.create(ready=True))
    EnvironmentFactory.create(workspace=workspace, name="curated-one", is_curated=True)
    EnvironmentFactory.create(workspace=workspace, name="job-one", is_anonymous=True)
    away = EnvironmentFactory.create(workspace=workspace, name="archived-one")
    services.set_archived(actor=member(workspace, Role.OWNER), environment=away, archived=True)

    def shown(query: str) -> set[str]:
        page = text_of(scientist.get(f"{FOLDER}?{query}"))
        return {
            name.split("-")[0]
            for name in ("custom-one", "curated-one", "job-one", "archived-one")
            if f">{name}</a>" in page
        }

    assert shown("") == {"custom", "curated"}
    assert shown("kind=curated") == {"curated"}
    assert shown("kind=job") == {"job"}
    assert shown("kind=custom&archived=all") == {"custom", "archived"}
    assert shown("archived=only") == {"archived"}
    assert shown("state=Succeeded") == {"custom"}
    assert shown("q=cur") == {"curated"}


def test_an_empty_list_offers_the_first_step(scientist):
    page = text_of(scientist.get(FOLDER))
    assert "No environments yet" in page
    assert f"{FOLDER}new/" in page


def test_packages_are_pasted_and_built(scientist, workspace, run_tasks):
    answer = scientist.post(
        f"{FOLDER}new/",
        {"name": "churn", "source": "dependencies:\n- pytorch=2.1\n- cudatoolkit\n", "variables": "A=1\nB="},
    )
    assert answer.status_code == 302
    page = text_of(scientist.get(answer["Location"]))
    for words in (
        "churn:1",
        "torch==2.1.*",
        "“cudatoolkit” is left out",
        "The environment waits to be built",
        "churn:1 is created.",
    ):
        assert words in page
    assert EnvironmentVersion.objects.get(environment__name="churn").variables == {"A": "1", "B": ""}
    run_tasks()
    assert "is being built" not in page
    again = scientist.post(
        f"{FOLDER}new/", {"name": "churn", "source": "dependencies: [pytorch=2.1]\n", "variables": "A=1\nB="}
    )
    assert "says the same already" in text_of(scientist.get(again["Location"]))


def test_a_file_can_be_uploaded_instead(scientist):
    file = SimpleUploadedFile("requirements.txt", "\ufeffpandas\n".encode())
    assert scientist.post(f"{FOLDER}new/", {"name": "churn", "file": file}).status_code == 302
    assert EnvironmentVersion.objects.get().recipe["requirements"] == ["pandas"]
    binary = SimpleUploadedFile("x.txt", b"\xff\xfe\x00")
    answer = scientist.post(f"{FOLDER}new/", {"name": "other", "file": binary})
    assert answer.status_code == 422
    assert "This file is not text." in answer.content.decode()
    large = io.BytesIO(b"a\n" * 150_000)
    large.name = "large.txt"
    assert "larger than" in scientist.post(f"{FOLDER}new/", {"name": "other", "file": large}).content.decode()


def test_mistakes_stand_beside_the_field_with_their_line(scientist):
    answer = scientist.post(f"{FOLDER}new/", {"name": "AzureML-x", "source": "pandas\n", "variables": ""})
    assert answer.status_code == 422
    assert "is kept" in answer.content.decode()
    answer = scientist.post(f"{FOLDER}new/", {"name": "churn", "source": "pandas\n-e .\n"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Line 2: A folder cannot be installed as a package." in page
    assert "-e ." in page
    assert 'id="id_source_error"' in page
    assert "=1" not in scientist.post(f"{FOLDER}new/", {"name": "c", "source": "", "variables": "=1"})["Content-Type"]


def test_the_next_version_begins_with_what_the_last_one_said(scientist, workspace):
    EnvironmentFactory.create(workspace=workspace, name="mine", description="For churn.")
    EnvironmentFactory.create(workspace=workspace, name="curated-one", is_curated=True)
    page = text_of(scientist.get(f"{FOLDER}new/?from=mine:1"))
    for words in ('value="mine"', "numpy", "For churn."):
        assert words in page
    assert 'value="curated-one"' not in text_of(scientist.get(f"{FOLDER}new/?from=curated-one:1"))
    assert "There is no environment" in text_of(scientist.get(f"{FOLDER}new/?from=nothing:1"))


def test_an_environments_page_shows_what_is_in_it(scientist, workspace):
    EnvironmentFactory.create(workspace=workspace, name="mine", build=BuildFactory.create(ready=True))
    page = text_of(scientist.get(f"{FOLDER}mine/"))
    for words in ("2.1.0", "42.9", "azureml:mine:1", "Lock file", "Rebuild", "Archive", "New version"):
        assert words in page
    lock = scientist.get(f"{FOLDER}mine/lock/?version=1")
    assert lock.content == b"numpy==2.1.0 --hash=sha256:0\n"
    assert "mine-1.requirements.txt" in lock["Content-Disposition"]
    part = text_of(scientist.get(f"{FOLDER}mine/", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert 'hx-swap-oob="true"' in part


@pytest.mark.parametrize(
    "address", ["nothing/", "mine/?version=7", "mine/?version=x", "mine/?version=²", "waiting/lock/"]
)
def test_what_is_not_there_is_not_found(scientist, workspace, address):
    EnvironmentFactory.create(workspace=workspace, name="mine", build=BuildFactory.create(ready=True))
    EnvironmentFactory.create(workspace=workspace, name="waiting")
    assert scientist.get(f"{FOLDER}{address}").status_code == 404


def test_a_failure_says_what_to_do_and_a_rebuild_is_a_click(scientist, workspace):
    version = EnvironmentFactory.create(workspace=workspace, name="mine", build=BuildFactory.create(failed=True)).latest
    page = text_of(scientist.get(f"{FOLDER}mine/"))
    for words in ("could not be built", "uv found no such package.", "Spell it right."):
        assert words in page
    assert scientist.post(f"{FOLDER}mine/rebuild/?version=1").status_code == 302
    version.refresh_from_db()
    assert version.build.generation == 2
    page = text_of(scientist.get(f"{FOLDER}mine/"))
    assert "The environment waits to be built" in page
    assert "rebuild/" not in page
    assert scientist.post(f"{FOLDER}mine/rebuild/?version=1").status_code == 409


def test_a_rebuild_that_is_under_way_or_failed_is_said_beside_what_works(scientist, workspace):
    version = EnvironmentFactory.create(workspace=workspace, name="mine", build=BuildFactory.create(ready=True)).latest
    scientist.post(f"{FOLDER}mine/rebuild/")
    assert "It is being built anew." in text_of(scientist.get(f"{FOLDER}mine/"))
    version.refresh_from_db()
    version.next_build = BuildFactory.create(failed=True)
    version.save()
    page = text_of(scientist.get(f"{FOLDER}mine/"))
    assert "The rebuild failed. Runs go on with what was built before." in page
    assert "Rebuild" in page


def test_the_archive_can_be_undone(scientist, workspace):
    EnvironmentFactory.create(workspace=workspace, name="mine")
    page = text_of(scientist.get(scientist.post(f"{FOLDER}mine/archive/")["Location"]))
    assert f"{FOLDER}mine/restore/" in page
    assert Environment.objects.get(name="mine").archived_at is not None
    scientist.post(f"{FOLDER}mine/restore/")
    assert Environment.objects.get(name="mine").archived_at is None


def test_the_runs_that_used_it_are_listed(scientist, workspace):
    version = EnvironmentFactory.create(workspace=workspace, name="mine").latest
    RunFactory.create(workspace=workspace, display_name="with-it", environment_version=version.pk)
    RunFactory.create(workspace=workspace, display_name="without-it")
    page = text_of(scientist.get(f"{FOLDER}mine/jobs/"))
    assert "with-it" in page
    assert "without-it" not in page
    EnvironmentFactory.create(workspace=workspace, name="unused")
    assert "No run has used it yet" in text_of(scientist.get(f"{FOLDER}unused/jobs/"))


def test_the_build_log_is_the_runs_for_readers_of_any_workspace_that_shares_it(browser_of, run_tasks, begin_build):
    first = create_workspace(actor=UserFactory.create(), name="first")
    second = create_workspace(actor=UserFactory.create(), name="acme")
    version = EnvironmentVersion.objects.get(environment=second.environments.get(name="minimal"))
    browser = browser_of(member(second, Role.READER))
    assert "No log yet" in text_of(browser.get(f"{FOLDER}minimal/log/"))
    order = begin_build(version)
    assert order.workspace == first
    page = text_of(browser.get(f"{FOLDER}minimal/log/"))
    assert f"/api/v1/workspaces/acme/environment-builds/{version.build_id}/logs/" in page


def test_the_home_page_tells_while_curated_ones_are_not_ready(browser_of, begin_build):
    owner = UserFactory.create()
    workspace = create_workspace(actor=owner, name="acme")
    browser = browser_of(owner)
    page = text_of(browser.get("/workspaces/acme/"))
    assert "Environments are being made ready" in page
    for environment in workspace.environments.all():
        order = begin_build(environment.latest)
        orders.end_work(order, outcome="succeeded", result={"digest": f"{environment.pk.hex}{environment.pk.hex}"})
    assert "Environments are being made ready" not in text_of(browser.get("/workspaces/acme/"))


@pytest.mark.parametrize("role", Role)
def test_who_sees_what(browser_of, workspace, role, rf):
    EnvironmentFactory.create(workspace=workspace, name="mine", build=BuildFactory.create(ready=True))
    user = member(workspace, role)
    browser = browser_of(user)
    may_read, may_write = (
        role_allows(role, action) for action in (Action.ENVIRONMENTS_READ, Action.ENVIRONMENTS_WRITE)
    )
    for address in ("", "mine/", "mine/log/", "mine/jobs/", "mine/lock/"):
        assert browser.get(f"{FOLDER}{address}").status_code == (200 if may_read else 403)
    assert browser.get(f"{FOLDER}new/").status_code == (200 if may_write else 403)
    assert (f'href="{FOLDER}"' in text_of(browser.get("/workspaces/acme/"))) == may_read
    if may_read:
        assert ("Rebuild" in text_of(browser.get(f"{FOLDER}mine/"))) == may_write
    request = rf.get("/")
    request.user = user
    assert [item.label for group in search(request, workspace, "min") for item in group.items] == (
        ["mine"] if may_read else []
    )


def test_what_people_made_is_said_before_a_workspace_goes(workspace):
    EnvironmentFactory.create(workspace=workspace)
    EnvironmentFactory.create(workspace=workspace, is_curated=True)
    assert [(holding.label, holding.count) for holding in holdings_of(workspace)] == [("Environments", 1)]
