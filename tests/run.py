#!/usr/bin/env python3
"""Run the tests: ``tests/run.py test`` everything, ``check`` what takes under two minutes, ``bench`` the measurements.

Prepares the machine first (``.venv``, front-end packages, Chromium, PostgreSQL, Redis), so it needs only Python 3.11.
Names of parts after ``test`` run only these: ``tests/run.py test unit browser``.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from studio.install import PROJECT, PYTHON, STATIC, InstallError
from tests import services
from tests.runner import execution, machine
from tests.runner.parts import all_parts
from tests.runner.paths import environment

LINES_OF_A_FAILURE = 200


def main(arguments: list[str]) -> int:
    """Prepare, run, report. Returns the exit code: 0 only where nothing failed."""
    parser = argparse.ArgumentParser(prog="tests/run.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("check", "test", "bench"))
    parser.add_argument("names", nargs="*", help="parts, or bench scripts, to run instead of all")
    options = parser.parse_args(arguments)
    # So that what was started is stopped too when we are.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # it is a text file here
    try:
        if os.environ.pop("STUDIO_TEST_PREPARED", "") != "yes":
            machine.prepare_python()
            os.execve(PYTHON, [str(PYTHON), __file__, *arguments], environment(STUDIO_TEST_PREPARED="yes"))
        return bench(options.names) if options.what == "bench" else test(options.names, quick=options.what == "check")
    except InstallError as error:
        print(error)
        return 1


def test(names: list[str], *, quick: bool) -> int:
    """Run the parts (of these names; else all, or the quick ones) and print a table of them."""
    started = time.monotonic()
    parts = [part for part in all_parts() if (part.name in names if names else part.quick or not quick)]
    if unknown := set(names) - {part.name for part in parts}:
        raise InstallError(f"No such part: {', '.join(unknown)}. There are: {', '.join(p.name for p in all_parts())}.")
    if any(part.counts or part.folder == STATIC for part in parts):
        machine.prepare_pages()  # pages name built files, so their tests need the build too
    missing = machine.prepare_system() if any(part.needs for part in parts) else []
    lacking = {part.name: sentence for part in parts for sentence in missing if sentence.split()[0] in part.needs}
    for name, sentence in lacking.items():
        print(f"NOT RUN: {name}: {sentence}")
    width = max(len(part.name) for part in parts)

    def tell(outcome: execution.Outcome) -> None:
        print(f"{outcome.part.name:<{width}}  {outcome.word:<7}  {outcome.seconds:6.1f} s  {_tests(outcome)}".rstrip())

    with ExitStack() as stack:
        extra = {}
        if any(part.name == "services" and part.name not in lacking for part in parts):
            urls = {"STUDIO_TEST_DATABASE_URL": stack.enter_context(services.postgresql())}
            extra["services"] = {**urls, "STUDIO_TEST_REDIS_URL": stack.enter_context(services.redis())}
        outcomes = execution.run([part for part in parts if part.name not in lacking], extra, tell)
    outcomes += [execution.Outcome(part, not_run=lacking[part.name]) for part in parts if part.name in lacking]
    return _report(outcomes, tell, time.monotonic() - started)


def _report(outcomes: list[execution.Outcome], tell, seconds: float) -> int:
    for outcome in outcomes:
        if outcome.code:
            lines = outcome.part.log.read_text(errors="replace").splitlines()
            print(f"\n===== {outcome.part.name}: {' '.join(outcome.part.command)}")
            print("\n".join(lines[-LINES_OF_A_FAILURE:]))
    print(f"\n===== all parts, {seconds:.0f} s")
    for outcome in outcomes:
        tell(outcome)
    for outcome in outcomes:
        if outcome.not_run:
            print(f"NOT RUN: {outcome.part.name}: {outcome.not_run}")
        for name in outcome.again:
            print(f"FAILED AT FIRST: {outcome.part.name}: {name}")
    skipped = sum(outcome.skipped for outcome in outcomes)
    print(f"\n{sum(o.passed for o in outcomes)} passed, {sum(o.failed for o in outcomes)} failed", end="")
    print(f", {skipped} skipped" if skipped else "")
    return 1 if any(outcome.code for outcome in outcomes) else 0


def _tests(outcome: execution.Outcome) -> str:
    if not outcome.part.counts or outcome.not_run:
        return ""
    counts = {"passed": outcome.passed, "failed": outcome.failed, "skipped": outcome.skipped}
    return ", ".join(f"{number} {word}" for word, number in counts.items() if number)


def bench(names: list[str]) -> int:
    """Run the scripts of ``tests/bench`` one after another. Returns 1 where one missed its target."""
    scripts = sorted(
        path for path in (PROJECT / "tests" / "bench").glob("[a-z]*.py") if not names or path.stem in names
    )
    machine.prepare_pages()
    print(machine.describe())
    worst = 0
    for script in scripts:
        print(f"\n===== {script.stem}", flush=True)
        command = [str(PYTHON), "-m", f"tests.bench.{script.stem}"]
        worst = max(
            worst, subprocess.run(command, cwd=PROJECT, env=environment(), timeout=3600, check=False).returncode
        )
    return 1 if worst else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
