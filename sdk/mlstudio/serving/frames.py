"""Bodies of requests for models without code, in the dialects of MLflow and Azure, as what the model takes; checked against
its signature, so that a wrong column is named and the model is not asked."""

from __future__ import annotations

import io
from typing import Any

from mlstudio.serving.bodies import BadInput

FORMS = ("dataframe_split", "dataframe_records", "instances", "inputs", "input_data", "data")
NUMBERS = {"double": "float64", "float": "float32", "long": "int64", "integer": "int32"}
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
        return self.fit(frame)

    def fit(self, value: Any) -> Any:
        """Return a table or arrays with the columns and types that the model takes.

        Raises:
            BadInput: a column or a value is missing or of the wrong type; the message names it.
        """
        import pandas

        if self.is_tensors:
            return self._fit_tensors(value)
        if not self.has_columns:
            return value
        if not isinstance(value, pandas.DataFrame):
            value = self._frame(value)
        if value.empty and not len(value):
            raise BadInput("The input has no rows.", 422)
        return self._fit_columns(value)

    # --- Forms -------------------------------------------------------------------------------------------------------
    def _value(self, form: str, value: Any) -> Any:
        is_split = form == "dataframe_split" or (form in ("input_data", "data") and _is_split(value))
        if is_split:
            if not _is_split(value):
                raise BadInput('"dataframe_split" takes an object with "columns" and "data".')
            return _split(value["data"], value.get("columns"), value.get("index"))
        if form == "dataframe_records" or (isinstance(value, list) and value and isinstance(value[0], dict)):
            return _records(value)
        if isinstance(value, dict):
            return self._by_name(value)
        if not isinstance(value, list):
            raise BadInput(f'"{form}" takes a list of rows.')
        return value if self.inputs else _array(value, form)

    def _by_name(self, value: dict[str, Any]) -> Any:
        import pandas

        if self.is_tensors:
            return value
        columns = {name: part if isinstance(part, list) else [part] for name, part in value.items()}
        if len({len(part) for part in columns.values()}) > 1:
            sizes = ", ".join(f"{name!r} has {len(part)}" for name, part in columns.items())
            raise BadInput(f"The columns differ in their number of rows: {sizes}.")
        return pandas.DataFrame(columns)

    def _frame(self, rows: Any) -> Any:
        if rows and not isinstance(rows[0], list):
            # One value a row where there is one column; else one row.
            rows = [[each] for each in rows] if len(self.inputs) == 1 else [rows]
        return _split(rows, self.names if self.is_named else None, None)

    # --- Columns -----------------------------------------------------------------------------------------------------
    def _fit_columns(self, frame: Any) -> Any:
        import pandas

        if not self.is_named:
            if frame.shape[1] != len(self.inputs):
                raise BadInput(f"The input has {frame.shape[1]} columns; the model takes {len(self.inputs)}.", 422)
            for at, spec in enumerate(self.inputs):
                frame.isetitem(at, _typed(frame.iloc[:, at], str(spec["type"]), f"number {at + 1}"))
            return frame
        found: dict[str, Any] = {}
        missing = []
        for spec in self.inputs:
            name = str(spec["name"])
            if name in frame.columns:
                found[name] = _typed(frame[name], str(spec["type"]), repr(name))
            elif spec.get("required", True) and not spec.get("optional"):
                missing.append(name)
        if missing:
            takes = ", ".join(f"{each['name']} ({each['type']})" for each in self.inputs[:30])
            one = (
                f"The column {missing[0]!r} is"
                if len(missing) == 1
                else f"The columns {', '.join(map(repr, missing))} are"
            )
            raise BadInput(f"{one} missing. The model takes {takes}.", 422)
        return pandas.DataFrame(found, index=frame.index)

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


def _split(rows: list[Any], columns: Any, index: Any) -> Any:
    import pandas

    rows = [each if isinstance(each, list) else [each] for each in rows]
    if columns is not None:
        if not isinstance(columns, list):
            raise BadInput('"columns" is no list of names.')
        wrong = next((at for at, row in enumerate(rows) if len(row) != len(columns)), None)
        if wrong is not None:
            raise BadInput(f"Row {wrong} has {len(rows[wrong])} values; there are {len(columns)} columns.", 422)
    try:
        return pandas.DataFrame(rows, columns=columns, index=index if index else None)
    except (ValueError, TypeError) as error:
        raise BadInput(f"The rows do not make a table: {error}.") from None


def _records(rows: Any) -> Any:
    import pandas

    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput("Every row must be an object of values by column.")
    return pandas.DataFrame(rows)


def _array(value: Any, form: str) -> Any:
    import numpy

    try:
        return numpy.array(value)
    except ValueError:
        raise BadInput(f'The rows of "{form}" differ in their length.') from None


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


def _typed(column: Any, kind: str, name: str) -> Any:
    """Return a column as the type that the model takes."""
    import pandas

    if kind not in WORDS:
        return column
    for row, value in enumerate(column):
        if value is None or value != value:
            if kind in ("long", "integer", "boolean"):
                raise BadInput(f"The column {name} takes {WORDS[kind]} ({kind}); row {row} has none.", 422)
        elif not _is_of(kind, value):
            raise BadInput(f"The column {name} takes {WORDS[kind]} ({kind}); row {row} has {value!r:.60}.", 422)
    try:
        if kind == "datetime":
            return pandas.to_datetime(column)
        if kind == "boolean":
            return column.astype(bool)
        return column.astype(NUMBERS[kind]) if kind in NUMBERS else column
    except (ValueError, TypeError, OverflowError) as error:
        raise BadInput(f"The column {name} takes {WORDS[kind]} ({kind}): {error}.", 422) from None


def _is_of(kind: str, value: Any) -> bool:
    name = type(value).__name__
    if kind == "boolean":
        return name in ("bool", "bool_")
    is_number = isinstance(value, (int, float)) or name.startswith(("int", "uint", "float"))
    if kind in ("double", "float"):
        return is_number and name not in ("bool", "bool_")
    if kind in ("long", "integer"):
        return is_number and name not in ("bool", "bool_") and float(value).is_integer()
    return isinstance(value, str) or (kind == "datetime" and hasattr(value, "isoformat"))
