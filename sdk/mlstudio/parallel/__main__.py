"""``python -m mlstudio.parallel --input FOLDER [--append-row FILE] --settings FILE -- ARGUMENTS``: a parallel step."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from mlstudio.parallel.batches import BadData, of_files, of_tables
from mlstudio.parallel.driver import Driver, Failed, Plan

APPENDED = "parallel_run_step.txt"


def main(arguments: list[str]) -> int:
    """Run a step in mini-batches. Returns: exit code."""
    parser = argparse.ArgumentParser(prog="python -m mlstudio.parallel", description=__doc__)
    parser.add_argument("--input", type=Path, required=True, help="the data")
    parser.add_argument("--append-row", type=Path, help="where what run() gives goes, a line for each item")
    parser.add_argument("--settings", type=Path, required=True, help="JSON: of the mini-batches")
    parser.add_argument("arguments", nargs="*", help="for the script")
    given = parser.parse_args(arguments)
    settings: dict[str, Any] = json.loads(given.settings.read_text("utf-8"))
    with tempfile.TemporaryDirectory(prefix="mini-batches-") as parts:
        try:
            if settings.get("type") == "mltable":
                batches = of_tables(
                    given.input, settings.get("mini_batch_size", ""), settings.get("partition_keys", ())
                )
            else:
                batches = of_files(given.input, settings.get("mini_batch_size", ""))
            driver = Driver(_plan(settings, given.arguments, Path(parts)), batches)
            driver.run()
        except (BadData, Failed) as error:
            print(error, file=sys.stderr, flush=True)
            return 1
        if given.append_row is not None:
            _join([driver.part(number) for number in range(len(batches))], given.append_row)
    return 0


def _plan(settings: dict[str, Any], arguments: list[str], parts: Path) -> Plan:
    return Plan(
        script=Path(settings["entry_script"]),
        arguments=arguments,
        parts=parts,
        processes=int(settings.get("max_concurrency_per_instance") or len(os.sched_getaffinity(0))),
        timeout_s=float(settings.get("timeout") or 60),
        tries=1 + int(settings.get("max_retries", 2)),
        errors=int(settings.get("error_threshold", -1)),
        batch_errors=int(settings.get("mini_batch_error_threshold", -1)),
    )


def _join(parts: list[Path], target: Path) -> None:
    """Write what the mini-batches gave into one file, in their order, so that equal results are equal files."""
    if target.is_dir():
        target /= APPENDED
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as whole:
        for part in parts:
            if part.exists():
                with part.open("rb") as file:
                    shutil.copyfileobj(file, whole)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
