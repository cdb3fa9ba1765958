"""Each sample on the real runner, in the environment that it names, and what it must find."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.launcher.studio import PROJECT, Studio
from tests.launcher.waiting import until
from tests.samples.studio import rows, start, wait_for_sklearn

pytestmark = pytest.mark.processes

ENDS_S = 300.0
SUBMIT = """
from apps.accounts.models import User
from apps.experiments.services import store_snapshot, submit_file
from apps.portal.samples import find
from apps.workspaces.models import Workspace
admin, workspace = User.objects.get(username="admin"), Workspace.objects.get(name="sample")
for name, settings in ASKED:
    sample = find(name)
    snapshot = store_snapshot(workspace, sample.pack())
    run = submit_file(actor=admin, workspace=workspace, text=sample.job_file, snapshot=snapshot, settings=settings)
    print("RUN", name, run.pk.hex)
"""


@dataclass(frozen=True)
class Expected:
    """What a sample must have logged: the least of metrics, images, other files of its own. ``settings`` make it short."""

    least: dict[str, float]
    images: int = 1
    files: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    points: dict[str, int] = field(default_factory=dict)


EXPECTED = {
    "gradient-boosting": Expected(
        {"accuracy": 0.92, "roc_auc": 0.97, "best_trees": 10}, points={"log_loss/train": 100, "log_loss/test": 100}
    ),
    "digits-network": Expected(
        {"accuracy": 0.92}, images=2, settings=("inputs.epochs=60",), points={"loss/train": 60, "accuracy": 60}
    ),
    "compare-models": Expected({"accuracy": 0.97, "models_tried": 6}, images=0, files=("outputs/comparison.png",)),
    "text-classifier": Expected(
        {"accuracy": 0.78, "f1_macro": 0.75, "examples": 5_000}, points={"accuracy_by_examples": 6}
    ),
}


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = start(tmp_path_factory.mktemp("samples") / "home")
    try:
        yield studio
    finally:
        studio.clean_up()


@pytest.fixture(scope="module")
def runs(studio: Studio) -> dict[str, str]:
    """All samples, submitted before their environment is ready: their runs' ids by name."""
    asked = [(name, expected.settings) for name, expected in EXPECTED.items()]
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", SUBMIT.replace("ASKED", repr(asked))]
    done = subprocess.run(command, cwd=PROJECT, env=studio.variables, capture_output=True, text=True, timeout=120)
    found = dict(line.split()[1:] for line in done.stdout.splitlines() if line.startswith("RUN"))
    assert set(found) == set(EXPECTED), done.stderr
    wait_for_sklearn(studio)
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_completes_with_what_it_promises(studio, runs, name):
    run, expected = runs[name], EXPECTED[name]

    def end() -> tuple[str, str] | None:
        status, reason = rows(studio, "SELECT status, status_reason FROM experiments_run WHERE id = ?", run)[0]
        return (status, reason) if status in {"Completed", "Failed", "Canceled"} else None

    assert until(end, ENDS_S, f"{name} to end")[0] == "Completed"
    metrics = rows(studio, "SELECT name, last, count FROM experiments_metricsummary WHERE run_id = ?", run)
    last = {name: value for name, value, _count in metrics}
    assert {name: last[name] for name, least in expected.least.items() if last[name] < least} == {}
    counts = {name: count for name, _value, count in metrics}
    assert {name: counts[name] for name in expected.points} == expected.points

    files = {path for (path,) in rows(studio, "SELECT path FROM experiments_runfile WHERE run_id = ?", run)}
    assert {"outputs/model/MLmodel", "outputs/model/model.skops", *expected.files} <= files
    assert sum(path.startswith("logged_images/") for path in files) == expected.images
    assert rows(studio, "SELECT COUNT(*) FROM experiments_runparameter WHERE run_id = ?", run)[0][0] > 0


def test_the_children_of_the_comparison_show_that_scaling_matters(studio, runs):
    query = """
        SELECT run.display_name, run.status, metric.last FROM experiments_run AS run
        JOIN experiments_metricsummary AS metric ON metric.run_id = run.id AND metric.name = 'accuracy'
        WHERE run.parent_id = ?
    """
    children = {name: (status, accuracy) for name, status, accuracy in rows(studio, query, runs["compare-models"])}
    assert len(children) == 6
    assert {status for status, _accuracy in children.values()} == {"Completed"}
    for model in ("neighbours", "support-vectors"):
        assert children[f"{model}-scaled"][1] > children[model][1] + 0.1
