"""Tasks that the tests of the queue ask for, for the worker of this process and for real workers: ``celery -A``."""

import os
import time
from pathlib import Path

from studio.celery import app


class ExpectedEnd(Exception):
    """Something a task says to be no failure."""


@app.task(name="tests.write")
def write(path: str, text: str) -> None:
    """Add a line to a file."""
    with Path(path).open("a") as file:
        file.write(f"{text}\n")


@app.task(name="tests.fail")
def fail(path: str) -> None:
    """Add a line to a file, then fail."""
    write.run(path, "tried")
    raise ValueError("the well is dry")


@app.task(name="tests.end_early", throws=(ExpectedEnd,))
def end_early(path: str) -> None:
    """Add a line to a file, then end in an expected way."""
    write.run(path, "tried")
    raise ExpectedEnd


@app.task(name="tests.hold")
def hold(path: str, until: str) -> None:
    """Add our process id to a file, then work until the other file is there."""
    write.run(path, str(os.getpid()))
    while not Path(until).exists():
        time.sleep(0.05)
    write.run(path, "done")
