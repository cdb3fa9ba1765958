"""One process of a parallel step: loads the script, then runs the mini-batches that it is given.

Reads a mini-batch as a line of JSON from its input, and answers with one on another descriptor, so that what the script prints
goes to the step's log.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from mlstudio.parallel.batches import count_of, load

DELIMITER = " "


def main(arguments: list[str]) -> int:
    """Work until the input ends. ``arguments``: the descriptor of the answers, the script, and what is for the script."""
    with os.fdopen(int(arguments[0]), "w", encoding="utf-8", buffering=1) as answers:
        asked = os.fdopen(os.dup(0), encoding="utf-8")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        try:
            script = _load(Path(arguments[1]), arguments[2:])
            if hasattr(script, "init"):
                script.init()
        except BaseException as error:
            traceback.print_exc()
            _say(answers, {"ready": False, "error": _words(error)})
            return 1
        _say(answers, {"ready": True})
        for line in asked:
            _say(answers, _run(script, json.loads(line)))
        if hasattr(script, "shutdown"):
            script.shutdown()
    return 0


def _load(path: Path, arguments: list[str]) -> Any:
    """Import the script as its own module, with its folder on the path and its arguments in place."""
    sys.argv = [str(path), *arguments]
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location("parallel_script", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"there is no script {path} in the code")
    module = importlib.util.module_from_spec(spec)
    sys.modules["parallel_script"] = module
    spec.loader.exec_module(module)
    if not hasattr(module, "run"):
        raise AttributeError(f"{path} has no function run(mini_batch)")
    return module


def _run(script: Any, asked: dict[str, Any]) -> dict[str, Any]:
    items = 0
    try:
        loaded = load(asked["batch"])
        items = count_of(loaded)
        result = script.run(loaded)
        rows = _write(Path(asked["part"]), result)
    except BaseException as error:
        traceback.print_exc()
        return {"items": items, "rows": 0, "error": _words(error)}
    return {"items": items, "rows": rows, "error": ""}


def _write(part: Path, result: Any) -> int:
    """Write what ``run`` gave for its items, a line for each. Returns how many there are."""
    if result is None:
        part.write_text("", encoding="utf-8")
        return 0
    with part.open("w", encoding="utf-8", newline="") as file:
        if hasattr(result, "itertuples"):
            writer = csv.writer(file, delimiter=DELIMITER, lineterminator="\n")
            rows = list(result.itertuples(index=False, name=None))
            writer.writerows(rows)
            return len(rows)
        if isinstance(result, (str, bytes)) or not isinstance(result, Iterable):
            raise TypeError(f"run() gives a list, an array or a table, not {type(result).__name__}")
        lines = [f"{row}\n" for row in result]
        file.writelines(lines)
    return len(lines)


def _say(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:2000]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
