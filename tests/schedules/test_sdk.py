"""The SDK and the command line against the studio itself."""

import json
from pathlib import Path

import pytest

from apps.schedules import services
from apps.schedules.models import Schedule as Row
from apps.workspaces.roles import Role
from mlstudio import Client, Schedule, ScheduleRecurrence, Workspace
from mlstudio.cli import main
from tests.accounts.factories import AccessTokenFactory
from tests.experiments.factories import RunFactory
from tests.schedules.factories import NOON
from tests.schedules.test_jobs import JOB, SCHEDULE
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.service, pytest.mark.servers]


def test_schedules_from_python_and_a_terminal(asgi_server, monkeypatch, tmp_path: Path, capsys, run_tasks):
    row = WorkspaceFactory.create(name="forest")
    token = str(AccessTokenFactory(user=member(row, Role.DATA_SCIENTIST)).secret)
    monkeypatch.setenv("STUDIO_URL", asgi_server.address)
    monkeypatch.setenv("STUDIO_TOKEN", token)
    workspace = Workspace.get("forest", client=Client(asgi_server.address, token))
    config = {"version": 1, "command": "true", "environment": None, "compute": "local"}
    run = RunFactory.create(workspace=row, config=config, completed=True)

    weekly = ScheduleRecurrence("Week", 2, time_zone="Pacific Standard Time", week_days=["Monday"], time_of_day="08:30")
    made = Schedule.create(workspace, "weekly", run=run.name, recurrence=weekly, description="Trains.")
    assert (made.status, made.recurrence["week_days"], made.next_time is not None) == ("Active", ["monday"], True)
    made.update(recurrence=ScheduleRecurrence("Day", 1, time_of_day="07:00"), status="Disabled")
    assert (made.status, made.recurrence["frequency"]) == ("Disabled", "day")
    assert list(Schedule.list(workspace)) == []
    assert [found.name for found in Schedule.list(workspace, active_only=False)] == ["weekly"]
    assert Schedule.get(workspace, made.id).name == "weekly"
    made.enable()
    Row.objects.update(next_at=NOON, trigger={"type": "cron", "expression": "0 12 * * *", "time_zone": "UTC"})
    services.claim_due(NOON)
    run_tasks()
    last = made.get_last_pipeline_run()
    assert last is not None
    assert last.data["properties"]["ScheduleName"] == "weekly"

    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print(1)")
    (tmp_path / "job.yml").write_text(JOB)
    (tmp_path / "schedule.yml").write_text(SCHEDULE)
    where = ["--workspace", "forest"]
    file = str(tmp_path / "schedule.yml")
    assert main(["schedule", "create", "-f", file, "--set", "name=nightly", *where, "-o", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["starts"]["label"] == "job.yml"
    assert Row.objects.get(name="nightly").codes.count() == 1
    assert main(["schedule", "disable", "nightly", *where]) == 0
    assert "Paused" in capsys.readouterr().out
    assert main(["schedule", "list", *where]) == 0
    assert "every day at 04:00" in capsys.readouterr().out
    assert main(["schedule", "history", "weekly", *where]) == 0
    assert "Started" in capsys.readouterr().out
    assert main(["schedule", "export", "nightly", *where]) == 0
    assert "name: nightly\n" in capsys.readouterr().out
    assert main(["schedule", "run", "nightly", *where]) == 0
    assert main(["schedule", "delete", "nightly", *where]) == 0
    assert main(["schedule", "show", "nightly", *where]) == 1
    assert "There is no schedule “nightly” here" in capsys.readouterr().err
