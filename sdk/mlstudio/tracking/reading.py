"""What a run has said so far, read back from its file of events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

ONE_VALUE = 1


class Said:
    """What was said of one run.

    Attributes: tags, properties, parameters: texts by name, the last that were said.
    """

    def __init__(self) -> None:
        self.tags: dict[str, str] = {}
        self.properties: dict[str, str] = {}
        self.parameters: dict[str, str] = {}
        self._series: dict[str, list[Any]] = {}
        self._tables: dict[str, dict[str, list[Any]]] = {}

    def take(self, event: Mapping[str, Any]) -> None:
        """Add what an event says."""
        for name, value, _step, _at_ms in event.get("m", []):
            self._series.setdefault(name, []).append(float(value))
        self.tags.update(event.get("t", {}))
        self.properties.update(event.get("d", {}))
        self.parameters.update(event.get("p", {}))
        if "r" in event:
            self._take_record(event["r"])

    def metrics(self, name: str | None = None) -> dict[str, Any]:
        """Return what was logged, by name: one value as it is, several as a list, a table as a list for each column.

        Args: name: this one alone.
        """
        found: dict[str, Any] = {
            key: values[0] if len(values) == ONE_VALUE else list(values) for key, values in self._series.items()
        }
        found.update(
            {key: {column: list(cells) for column, cells in table.items()} for key, table in self._tables.items()}
        )
        return found if name is None else {key: value for key, value in found.items() if key == name}

    def _take_record(self, record: Mapping[str, Any]) -> None:
        name, kind, value = record["name"], record["kind"], record["value"]
        if kind == "table":
            table = self._tables.setdefault(name, {})
            for column, cells in value.items():
                table.setdefault(column, []).extend(cells)
        elif kind == "list":
            self._series.setdefault(name, []).extend(value)
        else:
            self._series.setdefault(name, []).append(f"aml://artifactId/{record['path']}" if kind == "image" else value)


class History:
    """Reads the file of events as it grows. Args: path: the file; None where there is none, and events are handed over."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._offset = 0
        self._said: dict[str, Said] = {}

    def of(self, run_id: str) -> Said:
        """Return what was said until now of a run; "" is the one that the file belongs to."""
        self._read_on()
        return self._said.setdefault(run_id, Said())

    def take(self, event: Mapping[str, Any]) -> None:
        """Add an event."""
        self._said.setdefault(str(event.get("run", "")), Said()).take(event)

    def _read_on(self) -> None:
        if self._path is None:
            return
        with open(self._path, "rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return  # somebody is writing it
                self._offset += len(line)
                try:
                    self.take(json.loads(line))
                except ValueError:
                    continue  # half of an event: the disk was full
