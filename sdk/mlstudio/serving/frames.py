"""Bodies of requests for models without code, in the dialects of MLflow and Azure, as what the model takes; checked against
its signature, so that a wrong column is named and the model is not asked."""

from __future__ import annotations

import io
from typing import Any

from mlstudio.serving.bodies import BadInput

FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs", "input_data", "data")
WHOLE = ("long", "integer")
DTYPES = {"double": "float64", "float": "float32", "long": "int64", "integer": "int32", "boolean": "bool"}
TYPES: dict[str, set[type]] = {
    "double": {int, float},
    "float": {int, float},
    "long": {int},
    "integer": {int},
    "string": {str},
    "boolean": {bool},
    "datetime": {str},
}
MOST_TOLD = 30
WORDS = {
    "double": "numbers",
    "float": "numbers",
    "long": "whole numbers",
    "integer": "whole numbers",
    "string": "text",
    "boolean": "true or false",
    "datetime": "times such as 2026-01-31T12:00:00",
}
OTHERS = ("params", "parameters", "signature_name", "client_request_id")


class Signature:
    """What a model takes: named columns, unnamed ones, or tensors.

    Args: inputs: as MLflow writes them: ``[{"type": "double", "name": "age", "required": true}, …]`` or ``[{"type": "tensor",
        "tensor-spec": {"dtype": "float64", "shape": [-1, 4]}}]``; none where the model does not tell.
    """

    def __init__(self, inputs: list[dict[str, Any]]) -> None:
        self.inputs = inputs
        self.is_tensors = bool(inputs) and inputs[0].get("type") == "tensor"
        self.names = [str(each["name"]) for each in inputs if each.get("name") is not None]
        self.has_columns = bool(inputs) and not self.is_tensors
        self.is_named = len(self.names) == len(inputs) > 0

    def read(self, body: Any) -> tuple[Any, dict[str, Any]]:
        """Return what the model is to be called with, and its parameters.

        Raises:
            BadInput: the body is in none of the forms, or does not fit.
        """
        if not isinstance(body, dict):
            raise BadInput(f"The body is no JSON object. Send one of {', '.join(FORMS)}.")
        forms = [name for name in FORMS if name in body]
        if len(forms) != 1:
            others = [name for name in body if name not in OTHERS][:5]
            has = f"it has {', '.join(map(repr, others))}" if others else "it is empty"
            raise BadInput(f"The body must hold exactly one of {', '.join(FORMS)}; {has}.")
        params = body.get("params")
        if params is not None and not isinstance(params, dict):
            raise BadInput('"params" is no JSON object.')
        return self.fit(self._value(forms[0], body[forms[0]])), params or {}

    def read_csv(self, text: str) -> Any:
        """Return what the model is to be called with, from a table with a first line of names.

        Raises:
            BadInput: it is none, or does not fit.
        """
        import pandas

        try:
            frame = pandas.read_csv(io.StringIO(text))
        except ValueError as error:
            raise BadInput(f"The body could not be read as CSV: {error}.") from None
        if self.is_tensors:
            return self.fit(frame.to_numpy().tolist())
        return self.fit({str(name): frame[name].tolist() for name in frame.columns})

    def fit(self, value: Any) -> Any:
        """Return a table or arrays with the columns and types that the model takes.

        Args: value: as the body has it: columns by name or place (a dictionary of lists), rows (a list), or arrays.

        Raises:
            BadInput: a column or a value is missing or of the wrong type; the message names it.
        """
        import pandas

        if self.is_tensors:
            return self._fit_tensors(value)
        if self.has_columns:
            return pandas.DataFrame(self._fit_columns(value if isinstance(value, dict) else self._rows(value)))
        return pandas.DataFrame(value) if isinstance(value, dict) else _array(value)

    # --- Forms -------------------------------------------------------------------------------------------------------
    def _value(self, form: str, value: Any) -> Any:
        """Return columns by name or place, or rows without either."""
        is_split = form == "dataframe_split" or (form in ("input_data", "data") and _is_split(value))
        if is_split:
            if not _is_split(value):
                raise BadInput('"dataframe_split" takes an object with "columns" and "data".')
            return self._split(value["data"], value.get("columns"))
        if form == "dataframe_records" or (isinstance(value, list) and value and isinstance(value[0], dict)):
            return _by_column(value)
        if isinstance(value, dict):
            return value if self.is_tensors else _columns(value)
        if not isinstance(value, list):
            raise BadInput(f'"{form}" takes a list of rows.')
        return value

    def _split(self, rows: list[Any], names: Any) -> Any:
        if names is None:
            return rows
        if not isinstance(names, list):
            raise BadInput('"columns" is no list of names.')
        columns = _transposed(rows, len(names))
        return rows if self.is_tensors else {str(name): column for name, column in zip(names, columns)}

    def _rows(self, rows: Any) -> dict[Any, list[Any]]:
        """Return columns by place, named as the model names them."""
        if rows and not isinstance(rows[0], list):
            # One value a row where there is one column; else one row.
            rows = [[each] for each in rows] if len(self.inputs) == 1 else [rows]
        names: list[Any] = self.names if self.is_named else list(range(len(self.inputs)))
        return dict(zip(names, _transposed(rows, len(self.inputs))))

    # --- Columns -----------------------------------------------------------------------------------------------------
    def _fit_columns(self, table: dict[Any, list[Any]]) -> dict[Any, Any]:
        if not any(table.values()):
            raise BadInput("The input has no rows.", 422)
        if not self.is_named and len(table) != len(self.inputs):
            raise BadInput(f"The input has {len(table)} columns; the model takes {len(self.inputs)}.", 422)
        names = self.names if self.is_named else list(table)
        found: dict[Any, Any] = {}
        missing = []
        for name, spec in zip(names, self.inputs):
            if name in table:
                found[name] = _typed(table[name], str(spec["type"]), repr(name))
            elif spec.get("required", True) and not spec.get("optional"):
                missing.append(name)
        if missing:
            takes = ", ".join(f"{each['name']} ({each['type']})" for each in self.inputs[:MOST_TOLD])
            one = f"The column {missing[0]!r} is"
            several = f"The columns {', '.join(map(repr, missing[:MOST_TOLD]))} are"
            raise BadInput(f"{one if len(missing) == 1 else several} missing. The model takes {takes}.", 422)
        return found

    # --- Tensors -----------------------------------------------------------------------------------------------------
    def _fit_tensors(self, value: Any) -> Any:
        if self.names and isinstance(value, dict):
            missing = [name for name in self.names if name not in value]
            if missing:
                raise BadInput(f"The input {missing[0]!r} is missing. The model takes {', '.join(self.names)}.", 422)
            by_name = {str(each["name"]): each["tensor-spec"] for each in self.inputs}
            return {name: _tensor(value[name], spec, repr(name)) for name, spec in by_name.items()}
        if isinstance(value, dict) or len(self.inputs) != 1:
            raise BadInput(f"The model takes the inputs {', '.join(self.names) or 'as one tensor'}.", 422)
        array = _tensor(value, self.inputs[0]["tensor-spec"], "")
        return {self.names[0]: array} if self.names else array


def _is_split(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("data"), list)


def _transposed(rows: list[Any], width: int) -> list[list[Any]]:
    wrong = next((at for at, row in enumerate(rows) if not isinstance(row, list) or len(row) != width), None)
    if wrong is not None:
        has = f"has {len(rows[wrong])} values" if isinstance(rows[wrong], list) else "is no list"
        raise BadInput(f"Row {wrong} {has}; there are {width} columns.", 422)
    return [[row[at] for row in rows] for at in range(width)]


def _by_column(rows: Any) -> dict[Any, list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput("Every row must be an object of values by column.")
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _columns(value: dict[Any, Any]) -> dict[Any, list[Any]]:
    columns = {name: part if isinstance(part, list) else [part] for name, part in value.items()}
    if len({len(part) for part in columns.values()}) > 1:
        sizes = ", ".join(f"{name!r} has {len(part)}" for name, part in columns.items())
        raise BadInput(f"The columns differ in their number of rows: {sizes}.")
    return columns


def _array(value: Any) -> Any:
    import numpy

    try:
        return numpy.array(value)
    except ValueError:
        raise BadInput("The rows differ in their length.") from None


def _tensor(value: Any, spec: dict[str, Any], name: str) -> Any:
    import numpy

    of = f"The input {name}" if name else "The input"
    try:
        array = numpy.array(value, dtype=spec["dtype"])
    except (ValueError, TypeError, OverflowError):
        raise BadInput(
            f"{of} is no array of {spec['dtype']}: a value is of another type, or rows differ.", 422
        ) from None
    shape = list(spec["shape"])
    fits = len(shape) == array.ndim and all(want in (-1, has) for want, has in zip(shape, array.shape))
    if not fits:
        raise BadInput(f"{of} has the shape {list(array.shape)}; the model takes {shape}.", 422)
    return array


def _typed(values: list[Any], kind: str, name: str) -> Any:
    """Return a column as the type that the model takes."""
    if kind not in TYPES:
        return values
    if not set(map(type, values)) <= TYPES[kind]:
        _check(values, kind, name)
    try:
        if kind in DTYPES:
            import numpy

            return numpy.array(values, dtype=DTYPES[kind])
        if kind == "datetime":
            import pandas

            return pandas.to_datetime(values)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadInput(f"The column {name} takes {WORDS[kind]} ({kind}): {error}.", 422) from None
    return values


def _check(values: list[Any], kind: str, name: str) -> None:
    """Name the first value that is not of a kind."""
    for row, value in enumerate(values):
        if value is None or value != value:
            if kind in (*WHOLE, "boolean"):
                raise BadInput(f"The column {name} takes {WORDS[kind]} ({kind}); row {row} has none.", 422)
        elif type(value) not in TYPES[kind] and not (type(value) is float and kind in WHOLE and value.is_integer()):
            raise BadInput(f"The column {name} takes {WORDS[kind]} ({kind}); row {row} has {value!r:.60}.", 422)
