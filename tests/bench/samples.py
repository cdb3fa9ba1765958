"""How long it takes from a click on a sample to its run being Completed, once its environment is ready.

A real ``manage.py up`` in an empty home folder, with the environment ``sklearn`` built first. Each quick sample is run once to
warm up and then three times, one after another; the median counts. Fails where a target is missed. The neural network is no
quick sample: it takes its time to be watched.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.launcher.studio import PROJECT, Studio
from tests.launcher.waiting import until
from tests.samples.studio import rows, start, wait_for_sklearn

QUICK = ("gradient-boosting", "compare-models", "text-classifier")
TARGET_S = 10.0
ROUNDS = 3
ENDS_S = 300.0
# Clicks as a signed-in browser does; answers each line with when the click was and which run came of it.
CLICKER = """
import sys, time
from urllib.parse import urlsplit
from django.conf import settings
from django.test import Client
from apps.accounts.models import User
client = Client(headers={"host": urlsplit(settings.STUDIO.url).netloc})
client.force_login(User.objects.get(username="admin"), backend=settings.AUTHENTICATION_BACKENDS[0])
for line in sys.stdin:
    clicked = time.monotonic()
    answer = client.post(f"/workspaces/sample/samples/{line.strip()}/run/")
    print(clicked, answer.url.rstrip("/").rpartition("/")[2].replace("-", ""), flush=True)
"""


def main() -> int:
    """Measure and print. Returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        studio = start(Path(folder) / "home")
        try:
            wait_for_sklearn(studio)
            return _measure(studio)
        finally:
            studio.clean_up()


def _measure(studio: Studio) -> int:
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", CLICKER]
    clicker = subprocess.Popen(
        command, cwd=PROJECT, env=studio.variables, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    missed = False
    with clicker:
        for name in QUICK:
            _timed(studio, clicker, name)
            times = [_timed(studio, clicker, name) for _ in range(ROUNDS)]
            median = statistics.median(times)
            missed = missed or median > TARGET_S
            each = ", ".join(f"{seconds:.1f}" for seconds in times)
            print(f"{name:<20}{median:6.1f} s   target {TARGET_S:.0f} s   ({each}; load {os.getloadavg()[0]:.1f})")
    return int(missed)


def _timed(studio: Studio, clicker: "subprocess.Popen[str]", name: str) -> float:
    """Click once and wait for the end. Returns seconds."""
    assert clicker.stdin is not None
    assert clicker.stdout is not None
    print(name, file=clicker.stdin, flush=True)
    clicked, run = clicker.stdout.readline().split()

    def is_over() -> bool:
        (status,) = rows(studio, "SELECT status FROM experiments_run WHERE id = ?", run)[0]
        assert status not in {"Failed", "Canceled"}, f"{name} ended as {status}"
        return bool(status == "Completed")

    until(is_over, ENDS_S, f"{name} to end")
    return time.monotonic() - float(clicked)


if __name__ == "__main__":
    sys.exit(main())
