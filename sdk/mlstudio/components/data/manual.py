"""Enter Data Manually: small tables typed into the node."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from mlstudio.components.core.declaring import DATA, Component, Port, Schemas, Values, choice, switch, text, when
from mlstudio.components.core.errors import ComponentError
from mlstudio.components.core.libraries import pl
from mlstudio.components.core.schema import LABEL, Column, Schema, free_name
from mlstudio.components.core.table import Table
from mlstudio.components.data.files import typed

WORDS_OF_MISSING = ("", "?")


class EnterDataManually(Component):
    """A table from a text."""

    name = "enter_data_manually"
    title = "Enter Data Manually"
    category = DATA
    help = "Makes a dataset of what is typed in. Empty lines at the end are dropped."
    outputs = (Port("dataset", "Dataset"),)
    parameters = (
        choice("data_format", "DataFormat", ("CSV", "ARFF", "SVMLight", "TSV")),
        switch(
            "has_header",
            "HasHeader",
            True,
            when=when(data_format=("CSV", "TSV")),
            help="Else columns are called Col1, Col2, …",
        ),
        text("data", "Data", None, kind="lines"),
    )

    def schema(self, inputs: Schemas, values: Values) -> dict[str, Schema | None]:
        """The text is small: it is read."""
        return {"dataset": self.run({}, values)["dataset"].schema} if values["data"] else {}

    def run(self, inputs: Mapping[str, Any], values: Values) -> dict[str, Any]:
        """Read the text."""
        lines = values["data"].rstrip().splitlines()
        if not lines:
            raise ComponentError(3, "“Data” is empty.", "Type at least one row.", "data")
        if values["data_format"] == "ARFF":
            return {"dataset": _arff(lines)}
        if values["data_format"] == "SVMLight":
            return {"dataset": _svmlight(lines)}
        return {"dataset": _delimited(lines, "," if values["data_format"] == "CSV" else "\t", values["has_header"])}


def _delimited(lines: list[str], separator: str, header: bool) -> Table:
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator, skipinitialspace=True))
    taken: set[str] = set()
    if header:
        names = [free_name(name.strip() or f"Col{number + 1}", taken) for number, name in enumerate(rows[0])]
        rows = rows[1:]
    else:
        names = [f"Col{number + 1}" for number in range(len(rows[0]))]
    for number, row in enumerate(rows, start=2 if header else 1):
        if len(row) != len(names):
            message = f"Line {number} of “Data” has {len(row)} values where {len(names)} are expected."
            raise ComponentError(61, message, "Write a value, or nothing, between each two separators.", "data")
    return Table(typed([[value.strip() or None for value in row] for row in rows], names))


def _arff(lines: list[str]) -> Table:
    names: list[str] = []
    kinds: list[str] = []
    rows: list[list[str | None]] = []
    in_data = False
    for number, line in enumerate(lines, start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("%"):
            continue
        if in_data:
            row = next(csv.reader([stripped], quotechar="'", skipinitialspace=True))
            if len(row) != len(names):
                message = f"Line {number} of “Data” has {len(row)} values for {len(names)} attributes."
                raise ComponentError(61, message, "Write one value for each @attribute.", "data")
            rows.append([None if value.strip() in WORDS_OF_MISSING else value.strip() for value in row])
        elif stripped.lower().startswith("@attribute"):
            name, kind = _attribute(stripped[len("@attribute") :].strip(), number)
            names.append(name)
            kinds.append(kind)
        elif stripped.lower().startswith("@data"):
            in_data = True
        elif not stripped.lower().startswith("@relation"):
            raise ComponentError(49, f"Line {number} of “Data” is no ARFF: {stripped[:40]}", "", "data")
    if not names:
        raise ComponentError(49, "“Data” has no @attribute.", "Name the columns as ARFF does, or choose CSV.", "data")
    table = Table(typed(rows, names))
    texts = [name for name, kind in zip(names, kinds) if kind not in ("numeric", "real", "integer")]
    frame = table.frame.with_columns(pl.col(texts).cast(pl.String))
    return table.with_columns(frame, [Column(name, "", categorical=kind[0] == "{") for name, kind in zip(names, kinds)])


def _attribute(rest: str, number: int) -> tuple[str, str]:
    if rest[:1] in ("'", '"'):
        name, _, kind = rest[1:].partition(rest[0])
    else:
        name, _, kind = rest.partition(" ")
    if not name or not kind.strip():
        raise ComponentError(49, f"Line {number} of “Data” names no attribute and its type.", "", "data")
    return name, kind.strip().lower()


def _svmlight(lines: list[str]) -> Table:
    """The first value of a line is its label; features that a line does not name are 0."""
    labels, rows = [], []
    for number, line in enumerate(lines, start=1):
        label, *pairs = line.split("#")[0].split()
        try:
            rows.append(
                {
                    int(index): float(value)
                    for index, value in (pair.split(":") for pair in pairs if not pair.startswith("qid:"))
                }
            )
            labels.append(float(label))
        except ValueError:
            raise ComponentError(49, f"Line {number} of “Data” is no SVMLight: {line[:40]}", "", "data") from None
    width = max((index for row in rows for index in row), default=0)
    names = [f"Col{index}" for index in range(1, width + 1)]
    data: dict[str, list[float]] = {name: [row.get(index, 0.0) for row in rows] for index, name in enumerate(names, 1)}
    return Table(pl.DataFrame({**data, "Labels": labels}), {"Labels": Column("Labels", "", role=LABEL)})
