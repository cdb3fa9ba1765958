"""The pages of experiments and runs: what they show, and that they take few queries however much there is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.experiments.models import MetricSummary, RunParameter, RunRecord, RunTag
from apps.experiments.states import RunStatus
from apps.workspaces.roles import Role
from tests.experiments.factories import ExperimentFactory, RunFactory
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

TABS = ("", "metrics/", "images/", "children/", "logs/", "code/", "monitoring/", "head/")


@pytest.fixture
def workspace():
    return WorkspaceFactory.create(name="acme")


@pytest.fixture
def writer(browser_of, workspace):
    """The browser of somebody who may submit runs."""
    return browser_of(MembershipFactory.create(workspace=workspace, role=Role.DATA_SCIENTIST).user)


@pytest.fixture
def reader(browser_of, workspace):
    """The browser of somebody who may only look."""
    return browser_of(MembershipFactory.create(workspace=workspace, role=Role.READER).user)


def page_of(run, tab: str = "") -> str:
    return f"/workspaces/acme/runs/{run.pk}/{tab}"


def text(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_with_nothing_in_it(reader, workspace, tab):
    assert reader.get(page_of(RunFactory.create(workspace=workspace), tab)).status_code == 200


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_takes_few_queries_however_much_there_is(reader, workspace, tab, django_assert_max_num_queries):
    run = RunFactory.create(workspace=workspace, running=True)
    RunTag.objects.bulk_create(
        [RunTag(run=run, workspace=workspace, name=f"t{n}", value="x" * 900) for n in range(100)]
    )
    RunParameter.objects.bulk_create([RunParameter(run=run, name=f"p{n}", value="v" * 5000) for n in range(300)])
    MetricSummary.objects.bulk_create([MetricSummary(run=run, name=f"m{n}", last=n) for n in range(300)])
    RunRecord.objects.bulk_create(
        [RunRecord(run=run, kind="table", name=f"r{n % 40}", value={"a": n, "b": [n]}) for n in range(400)]
    )
    RunFactory.create_batch(30, workspace=workspace, experiment=run.experiment, parent=run, completed=True)
    with django_assert_max_num_queries(25):
        text(reader.get(page_of(run, tab)))


def test_a_waiting_run_says_why(reader, workspace):
    run = RunFactory.create(
        workspace=workspace, status=RunStatus.QUEUED, status_reason="waiting for a free slot, 2nd in the queue"
    )
    assert "Waiting for a free slot, 2nd in the queue" in text(reader.get(page_of(run)))


def test_a_failed_run_says_what_to_do(reader, workspace):
    run = RunFactory.create(
        workspace=workspace, failed=True, exit_code=127, error={"code": "UserError", "message": "sh: pyton: not found"}
    )
    page = text(reader.get(page_of(run)))
    assert "The program ended with exit code 127" in page
    assert "“pyton” is no program that this environment has" in page


def test_stages_show_what_was_what_is_and_what_comes(reader, workspace):
    began = timezone.now() - timedelta(seconds=90)
    stages = [
        {"name": "queue", "started_at": began.isoformat(), "ended_at": (began + timedelta(seconds=12)).isoformat()},
        {"name": "run", "started_at": (began + timedelta(seconds=12)).isoformat(), "ended_at": None, "detail": ""},
    ]
    run = RunFactory.create(workspace=workspace, running=True, stages=stages)
    page = text(reader.get(page_of(run, "head/")))
    assert "12 s" in page
    assert 'aria-current="step"' in page
    assert "Outputs" in page


def test_lists_and_experiments_open(reader, workspace):
    experiment = ExperimentFactory.create(workspace=workspace, name="churn", description="# Find *churn*")
    RunFactory.create(workspace=workspace, experiment=experiment, display_name="calm one")
    assert "churn" in text(reader.get("/workspaces/acme/jobs/"))
    assert "calm one" in text(reader.get("/workspaces/acme/jobs/runs/"))
    page = text(reader.get("/workspaces/acme/jobs/experiments/churn/"))
    assert "calm one" in page
    assert "<em>churn</em>" in page
    assert reader.get("/workspaces/acme/jobs/experiments/none/").status_code == 404


def test_the_form_opens_with_the_example(writer):
    assert "gradient descent" in text(writer.get("/workspaces/acme/jobs/new/"))
