"""Logs of replicas: the newest files are kept, whatever a script writes."""

import pytest

from apps.core.models import PendingTask
from apps.core.storage import get_store
from apps.endpoints import services
from apps.experiments.models import LogSegment, RunLog
from tests.endpoints.factories import make_ready, report

pytestmark = pytest.mark.django_db


def write(replica, number):
    """Have a file of a replica's log, in the store."""
    path = "logs/replica.txt" if number == 1 else f"logs/replica.{number}.txt"
    log = RunLog.objects.create(run=replica.run, path=path, size=3, lines=1)
    key = f"runs/{replica.run_id}/logs/{number}"
    get_store().write(key, [b"no\n"])
    LogSegment.objects.create(log=log, offset=0, length=3, first_line=0, lines=1, key=key)
    return key


def test_the_oldest_files_go_once_there_are_more_than_are_kept(setting):
    (replica,) = make_ready(setting.deployment())
    assert replica.run is not None
    run_id = replica.run.pk
    keys = [write(replica, number) for number in range(1, 5)]
    RunLog.objects.create(run=replica.run, path="system_logs/runner.txt")
    report(replica)
    waiting = PendingTask.objects.filter(name="endpoints.drop_old_logs")
    assert not waiting.exists()
    keys += [write(replica, number) for number in (5, 6)]
    report(replica)
    assert waiting.get().arguments == [str(run_id)]
    services.drop_old_logs(run_id)
    services.drop_old_logs(run_id)
    paths = RunLog.objects.filter(run=replica.run).order_by("pk").values_list("path", flat=True)
    assert list(paths) == [
        "logs/replica.3.txt", "logs/replica.4.txt", "system_logs/runner.txt", "logs/replica.5.txt", "logs/replica.6.txt",
    ]  # fmt: skip
    assert [get_store().exists(key) for key in keys] == [False, False, True, True, True, True]
