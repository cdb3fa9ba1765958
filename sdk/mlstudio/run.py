"""The run as its own code sees it: ``Run.get_context()`` and then ``run.log("loss", 0.1)``.

What is logged goes to a file beside the run, at once and in a few microseconds; the machine's runner sends it on. So logging
needs no network, works from several processes and threads, and never makes the program wait for the studio or fail with it.
Wrong arguments raise ``TypeError`` or ``ValueError``; whatever else goes wrong is a warning.
"""

from __future__ import annotations

import itertools
import json
import os
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from mlstudio.tracking import values
from mlstudio.tracking.events import Events, warn
from mlstudio.tracking.files import CHILDREN, Files, checked_path
from mlstudio.tracking.reading import History, Said
from mlstudio.tracking.recorder import Recorder

INPUT = "AZURE_ML_INPUT_"
_numbers = itertools.count()  # of runs that this process knows, in the order in which it came to know them


class Run(Recorder):
    """A run of the studio, from inside of it. Get it with ``Run.get_context()``.

    Attributes: id: its id. name: its short name in the workspace. display_name: the same, for a person. experiment,
        workspace: names. parent: the run that it is a child of, where this program made it. input_datasets: where the data
        is that it reads, by the names of its inputs.
    """

    _context: Run | None = None

    def __init__(self, record: Events | None, files: Files) -> None:
        super().__init__(files)
        self.id = os.environ.get("STUDIO_RUN_ID", "")
        self.name = os.environ.get("STUDIO_RUN_NAME", "")
        self.display_name = os.environ.get("STUDIO_RUN_DISPLAY_NAME") or self.name
        self.experiment = os.environ.get("STUDIO_EXPERIMENT", "")
        self.workspace = os.environ.get("STUDIO_WORKSPACE", "")
        self.parent: Run | None = None
        self.input_datasets = {name[len(INPUT) :]: path for name, path in os.environ.items() if name.startswith(INPUT)}
        self._record = record
        self._history = History(record.path if record else None)
        self._children: list[Run] = []
        self._number = next(_numbers)

    @classmethod
    def get_context(cls, allow_offline: bool = True) -> Run:
        """Return the run that this program is; outside of a run one that prints what is logged.

        Args: allow_offline: False raises an error outside of a run instead.

        Raises:
            RuntimeError: this is no run, and ``allow_offline`` is False.
        """
        if cls._context is None:
            path = os.environ.get("STUDIO_RUN_EVENTS", "")
            if path:
                try:
                    code = os.environ.get("STUDIO_RUN_FOLDER", ".")
                    cls._context = Run(Events(path), Files(os.environ.get("STUDIO_RUN_FILES"), code))
                except OSError as error:
                    warn(f"Nothing is logged to the studio: {error}.")
                    cls._context = _OfflineRun()
            elif not allow_offline:
                raise RuntimeError("This program was not started by the studio; get_context() has no run to give.")
            else:
                cls._context = _OfflineRun()
        return cls._context

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind: Any, error: Any, _trace: Any) -> None:
        self.flush()

    # --- Children ----------------------------------------------------------------------------------------------------
    def child_run(self, name: str | None = None) -> Run:
        """Begin a run below this one, with metrics, tags and files of its own; it may have children, too.

        It ends by ``complete()``, ``fail()`` or ``cancel()``, by the end of a ``with`` block, or else with this program.
        """
        child = _ChildRun(self, values.check_name(name) if name else "")
        self._say_of(child)
        return child

    def create_children(
        self, count: int | None = None, tag_key: str | None = None, tag_values: Sequence[Any] | None = None
    ) -> list[Run]:
        """Begin several children: so many, or one for each value of a tag."""
        if tag_key is not None and tag_values is not None:
            children = [self.child_run() for _ in tag_values]
            for child, value in zip(children, tag_values):
                child.tag(tag_key, value)
            return children
        if count is None or count < 1:
            raise ValueError("create_children needs a count, or tag_key and tag_values.")
        return [self.child_run() for _ in range(count)]

    # --- Models ------------------------------------------------------------------------------------------------------
    def register_model(
        self,
        model_name: str,
        model_path: str | None = None,
        tags: Mapping[str, Any] | None = None,
        properties: Mapping[str, Any] | None = None,
        description: str = "",
        model_framework: Any = None,
        model_type: str | None = None,
        **not_used: Any,
    ) -> None:
        """Register files of this run as a version of a model; it appears once the run's files are stored.

        Args: model_path: a file or folder among the run's files, such as "outputs/model"; by default the model's name.
            model_framework: such as "ScikitLearn"; by default what the files look like. model_type: "custom_model",
            "mlflow_model" or "triton_model". Whatever else the cloud's SDK takes here is passed over with a warning.
        """
        values.check_name(model_name)
        if not_used:
            warn(f"Registering {model_name!r} does not use {', '.join(sorted(not_used))}.")
        model = {
            "name": model_name,
            "path": checked_path(model_name if model_path is None else model_path),
            "type": model_type,
            "framework": None if model_framework is None else str(model_framework),
            "tags": {values.check_name(key): str(value) for key, value in (tags or {}).items()},
            "properties": {values.check_name(key): str(value) for key, value in (properties or {}).items()},
            "description": str(description or ""),
        }
        self._say({"g": model}, f"The model {model_name!r}")

    # --- What was said so far ----------------------------------------------------------------------------------------
    def get_metrics(
        self, name: str | None = None, recursive: bool = False, run_type: Any = None, populate: bool = False
    ) -> dict[str, Any]:
        """Return what this program has logged until now: one value as it is, several as a list, a table as lists by column.

        Args: name: this metric alone. recursive: of all runs below this one, too, by their ids. The others change nothing here.
        """
        own = self._said().metrics(name)
        if not recursive:
            return own
        return {self.id: own, **{child.id: child.get_metrics(name) for child in self.get_children(recursive=True)}}

    def get_tags(self) -> dict[str, str]:
        """Return the tags that this program has set."""
        return dict(self._said().tags)

    def get_properties(self) -> dict[str, str]:
        """Return the properties that this program has added."""
        return dict(self._said().properties)

    def get_parameters(self) -> dict[str, str]:
        """Return the parameters that this program has logged."""
        return dict(self._said().parameters)

    def get_children(self, recursive: bool = False) -> list[Run]:
        """Return the runs that this process began below this one, the newest first."""
        found = list(self._children)
        if recursive:
            found += [below for child in self._children for below in child.get_children(recursive=True)]
        return sorted(found, key=lambda child: child._number, reverse=True)

    def get_status(self) -> str:
        """Return where it stands: as its own program asks, it runs."""
        return "Running"

    # --- The end -----------------------------------------------------------------------------------------------------
    def complete(self) -> None:
        """End a child well. A run that the studio started is complete when its command ends well, and not before."""

    def fail(self, error_details: Any = None, error_code: str | None = None) -> None:
        """End a child as failed. A run that the studio started keeps the words, and fails by its exit code."""
        said = {"error_details": str(error_details or "")[: values.LONGEST_TEXT], "error_code": str(error_code or "")}
        self.set_tags({key: value for key, value in said.items() if value})

    def cancel(self) -> None:
        """End a child as canceled. A run that the studio started is canceled in the studio."""

    # --- How it is said, and read back -------------------------------------------------------------------------------
    def _say(self, event: dict[str, Any], what: str) -> None:
        if self._record is not None:
            self._record.write(event, what)

    def _book(self) -> History:
        """What everything of this program is read back from."""
        return self._history if self.parent is None else self.parent._book()

    def _said(self) -> Said:
        return self._book().of("" if self.parent is None else self.id)

    def _say_of(self, child: _ChildRun) -> None:
        """Say that a child has begun."""
        about = {"id": child.id, "parent": self.id, "name": child.display_name, "at_ms": int(time.time() * 1000)}
        self._say({"c": about}, "A child run")
        self._children.append(child)


class _ChildRun(Run):
    """A run that a run's own code made. What it says goes through the file of the run whose program this is."""

    def __init__(self, parent: Run, name: str) -> None:
        own_id = str(_new_id())
        super().__init__(None, parent._files.of_child(own_id))
        self.id, self.name, self.display_name = own_id, name or own_id, name
        self.parent = parent
        self._has_ended = False

    def __exit__(self, kind: Any, error: Any, _trace: Any) -> None:
        if kind is None:
            self.complete()
        else:
            self.fail(f"{kind.__name__}: {error}")

    def complete(self) -> None:
        self._end("Completed")

    def fail(self, error_details: Any = None, error_code: str | None = None) -> None:
        super().fail(error_details, error_code)
        self._end("Failed", str(error_details or "")[: values.LONGEST_TEXT])

    def cancel(self) -> None:
        self._end("Canceled")

    def _end(self, status: str, reason: str = "") -> None:
        if not self._has_ended:
            self._has_ended = True
            self._say({"e": {"status": status, "reason": reason}}, "The end of a child run")

    def _say(self, event: dict[str, Any], what: str) -> None:
        assert self.parent is not None
        if "c" not in event and "f" not in event:
            event = {**event, "run": event.get("run", self.id)}
        elif "f" in event and not event["f"].startswith(f"{CHILDREN}/"):
            event = {"f": f"{CHILDREN}/{self.id}/{event['f']}"}
        self.parent._say(event, what)


class _OfflineRun(Run):
    """What a program logs to where no studio started it: everything is printed."""

    def __init__(self) -> None:
        super().__init__(None, Files(None, os.environ.get("STUDIO_RUN_FOLDER", ".")))
        self.id = self.name = self.display_name = f"OfflineRun_{os.getpid()}"
        self._names: dict[str, str] = {}

    def _say(self, event: dict[str, Any], what: str) -> None:
        self._history.take(event)
        for line in self._lines_of(event):
            child = event.get("run")
            print(f"[{self._names.get(child, child)}] {line}" if child else line)

    def _lines_of(self, event: dict[str, Any]) -> list[str]:
        lines = [
            f"Metric {name}: {value}" + ("" if step is None else f" (step {step})")
            for name, value, step, _at_ms in event.get("m", [])
        ]
        for kind, word in (("t", "Tag"), ("p", "Parameter"), ("d", "Property")):
            lines += [f"{word} {name}: {value}" for name, value in event.get(kind, {}).items()]
        if "r" in event:
            kind, value = event["r"]["kind"].replace("_", " ").capitalize(), json.dumps(event["r"]["value"])
            lines.append(f"{kind} {event['r']['name']}: {value[:500]}")
        if "g" in event:
            lines.append(f"Model {event['g']['name']}: not registered, as this is no run of the studio")
        if "c" in event:
            self._names[event["c"]["id"]] = name = event["c"]["name"] or event["c"]["id"]
            lines.append(f"Child run {name} begins")
        if "e" in event:
            lines.append(" ".join(filter(None, [event["e"]["status"], event["e"]["reason"]])))
        return lines


def _new_id() -> uuid.UUID:
    """Return a new id of a run; later ones are greater (UUID 7)."""
    number = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | (7 << 76)
    return uuid.UUID(int=number & ~(0b11 << 62) | (0b10 << 62))
