"""The samples and the first steps as pages."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import AccessToken
from apps.environments.services import ensure_curated
from apps.experiments.models import Run, Snapshot
from apps.experiments.services import delete_run
from apps.experiments.snapshots.reading import file_of
from apps.experiments.states import RunStatus
from apps.portal.samples import SAMPLES
from apps.workspaces.roles import Role
from tests.data.samples import dataset_name
from tests.experiments.factories import RunFactory
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db

HOME, PAGE = "/workspaces/churn/", "/workspaces/churn/samples/"


def text_of(answer) -> str:
    return str(answer.content.decode())


@pytest.fixture
def newcomer(browser_of, ada):
    """The browser of a data scientist in a workspace in which nothing was done yet."""
    return browser_of(ada)


# --- Samples ---


def test_each_sample_says_what_it_shows_and_whose_its_data_is(newcomer):
    page = text_of(newcomer.get(PAGE))
    for sample in SAMPLES:
        assert str(sample.title) in page
        assert str(sample.shows) in page
    assert page.count("Licence") == len(SAMPLES)
    assert page.count("not run here yet") == len(SAMPLES)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_one_click_submits_a_sample_which_waits_for_its_environment(newcomer, workspace, sample):
    ensure_curated(workspace)
    answer = newcomer.post(f"{PAGE}{sample.name}/run/")
    run = Run.objects.get()
    assert answer.url == run.get_absolute_url()
    assert run.display_name == sample.title
    assert run.description
    assert run.warnings == []
    assert run.config["environment"]["name"] == "sklearn:1"
    assert file_of(Snapshot.objects.get(), "train.py").decode() == sample.script
    assert (run.status, bool(run.status_reason)) == (RunStatus.PREPARING, True)
    assert run.status_reason in text_of(newcomer.get(answer.url)).lower()


def test_the_code_of_a_sample_is_kept_once_however_often_it_is_run(newcomer, workspace):
    ensure_curated(workspace)
    for _ in range(2):
        newcomer.post(f"{PAGE}compare-models/run/")
    assert (Run.objects.count(), Snapshot.objects.count()) == (2, 1)


def test_the_page_leads_to_the_last_run_that_is_there(newcomer, workspace, ada):
    ensure_curated(workspace)
    for _ in range(2):
        newcomer.post(f"{PAGE}compare-models/run/")
    first, second = Run.objects.order_by("created_at")
    assert second.get_absolute_url() in text_of(newcomer.get(PAGE))
    Run.objects.filter(pk=second.pk).update(status=RunStatus.COMPLETED, ended_at=timezone.now())
    second.refresh_from_db()
    delete_run(actor=ada, run=second)
    page = text_of(newcomer.get(PAGE))
    assert first.get_absolute_url() in page
    assert second.get_absolute_url() not in page


def test_a_sample_opens_as_code_that_can_be_changed_and_submitted(newcomer, workspace):
    ensure_curated(workspace)
    page = text_of(newcomer.get("/workspaces/churn/jobs/new/?start=digits-network"))
    assert "Handwritten digits" in page
    assert "def distorted" in page
    assert "python train.py" in page
    assert 'value="300"' in page
    assert re.search(r'<option value="sklearn:1"\s+selected', page)


def test_a_start_that_nobody_knows_is_an_ordinary_form(newcomer):
    assert newcomer.get("/workspaces/churn/jobs/new/?start=no-such").status_code == 200


def test_a_sample_that_cannot_run_says_why_on_the_page(newcomer):
    answer = newcomer.post(f"{PAGE}compare-models/run/", follow=True)
    assert "sklearn" in text_of(answer)
    assert not Run.objects.exists()


def test_readers_see_the_samples_and_cannot_run_them(browser_of, workspace):
    reader = browser_of(member(workspace, Role.READER))
    assert "compare-models/run/" not in text_of(reader.get(PAGE))
    assert reader.post(f"{PAGE}compare-models/run/").status_code == 403


# --- First steps ---


def test_the_first_steps_give_way_once_something_was_run_and_come_back_when_asked_for(newcomer, workspace):
    assert "Run a sample" in text_of(newcomer.get(HOME))
    RunFactory.create(workspace=workspace, display_name="mine")
    page = text_of(newcomer.get(HOME))
    assert "Run a sample" not in page
    assert "mine" in page
    assert f"{HOME}?first-steps" in page
    assert "Run a sample" in text_of(newcomer.get(f"{HOME}?first-steps"))


def test_closed_first_steps_stay_closed_for_this_person_in_this_workspace(newcomer, browser_of, workspace, ada):
    other = WorkspaceFactory.create(name="other", owner=ada)
    assert newcomer.post(f"{HOME}first-steps/close/").url == HOME
    assert "Run a sample" not in text_of(newcomer.get(HOME))
    assert "Run a sample" in text_of(newcomer.get(other.get_absolute_url()))
    assert "Run a sample" in text_of(browser_of(member(workspace, Role.OWNER)).get(HOME))


def test_first_steps_offer_only_what_the_role_allows(browser_of, workspace):
    page = text_of(browser_of(member(workspace, Role.READER)).get(HOME))
    assert "Run a sample" in page
    assert "/run/" not in page
    assert "/data/new/" not in page
    assert "Run a sample" not in text_of(browser_of(member(workspace, Role.LABELER)).get(HOME))


def test_the_home_page_shows_the_newest_data(newcomer, workspace, ada):
    name = dataset_name(workspace, ada)
    assert f"/data/datasets/{name}/" in text_of(newcomer.get(HOME))


# --- Connecting a script ---


def test_a_click_makes_lines_with_a_token_for_this_workspace_shown_once(newcomer, browser_of, api_of, workspace, ada):
    other = WorkspaceFactory.create(name="other", owner=ada)
    page = f"{HOME}connect/"
    assert not AccessToken.objects.exists()
    answer = newcomer.post(page, follow=True)
    shown = text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "/mlflow/churn" in shown
    secret = re.findall(r"mls_[A-Za-z0-9_-]+", shown)[0]
    token = AccessToken.objects.get()
    assert token.workspace_ids == [str(workspace.pk)]
    assert token.expires_at is not None
    assert timedelta(days=29) < token.expires_at - timezone.now() <= timedelta(days=30)
    assert secret not in text_of(newcomer.get(page))

    call = {"path": "/mlflow/churn/api/2.0/mlflow/experiments/search?max_results=5"}
    headers = {"authorization": f"Bearer {secret}"}
    stranger = browser_of(member(other))
    stranger.logout()
    assert stranger.get(call["path"], headers=headers).status_code == 200
    assert stranger.get(call["path"].replace("churn", "other"), headers=headers).status_code in {401, 403, 404}
