"""Tensors of the Open Inference Protocol: from JSON or raw bytes to nested lists, and from any value to JSON."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Any

from mlstudio.serving.answers import NotJson, plain
from mlstudio.serving.bodies import BadInput

FORMATS = {
    "BOOL": "?",
    "UINT8": "B",
    "UINT16": "H",
    "UINT32": "I",
    "UINT64": "Q",
    "INT8": "b",
    "INT16": "h",
    "INT32": "i",
    "INT64": "q",
    "FP16": "e",
    "FP32": "f",
    "FP64": "d",
}
OF_DTYPE = {"bool": "BOOL", "float16": "FP16", "float32": "FP32", "float64": "FP64"}
OF_DTYPE.update({f"{sign}int{bits}": f"{sign.upper()}INT{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)})


@dataclass
class Tensor:
    """A tensor. ``data``: its values in one list, row after row."""

    name: str
    datatype: str
    shape: list[int]
    data: list[Any]

    def nested(self) -> Any:
        """Return the values as lists in lists, as the shape says."""
        values = self.data
        for size in reversed(self.shape[1:]):
            values = [values[at : at + size] for at in range(0, len(values), size)] if size else []
        return values


def read(value: Any, raw: memoryview) -> tuple[Tensor, int]:
    """Return a tensor of a request, and how many raw bytes it took from those behind the JSON.

    Raises:
        BadInput: its parts contradict each other; the message names the tensor.
    """
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        raise BadInput("Every input is an object with name, shape, datatype and data.")
    name, shape, datatype = value["name"], value.get("shape"), value.get("datatype")
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise BadInput(f"The shape of the input {name!r} is not a list of sizes.")
    if datatype not in FORMATS and datatype != "BYTES":
        raise BadInput(f"The input {name!r} has no datatype that is known here: {', '.join(FORMATS)}, BYTES.")
    size = (value.get("parameters") or {}).get("binary_data_size")
    if size is None:
        data = _flat(value.get("data"))
        for at, each in enumerate(data):
            _check(name, datatype, each, at)
    else:
        if type(size) is not int or not 0 <= size <= len(raw):
            raise BadInput(f"The body does not hold the bytes of the input {name!r}.")
        data = _unpack(name, datatype, raw[:size])
    if len(data) != math.prod(shape):
        raise BadInput(f"The input {name!r} has {len(data)} values; its shape {shape} takes {math.prod(shape)}.")
    return Tensor(name, datatype, shape, data), size or 0


def _flat(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise BadInput("The data of an input is not a list.")
    while any(isinstance(each, list) for each in value):
        value = [part for each in value for part in (each if isinstance(each, list) else [each])]
    return list(value)


def _check(name: str, datatype: str, value: Any, at: int) -> None:
    kind = {"BOOL": bool, "BYTES": str}.get(datatype, (int, float) if datatype.startswith("FP") else int)
    if not isinstance(value, kind) or (isinstance(value, bool) and datatype != "BOOL"):
        raise BadInput(f"Value {at} of the input {name!r} is no {datatype}: {value!r:.50}.", 422)


def _unpack(name: str, datatype: str, raw: memoryview) -> list[Any]:
    if datatype != "BYTES":
        code = FORMATS[datatype]
        count, rest = divmod(len(raw), struct.calcsize(f"<{code}"))
        if rest:
            raise BadInput(f"The bytes of the input {name!r} are no whole number of {datatype}.")
        return list(struct.unpack(f"<{count}{code}", raw))
    found = []
    while raw:
        size = struct.unpack("<I", raw[:4])[0] if len(raw) >= 4 else len(raw)
        if 4 + size > len(raw):
            raise BadInput(f"The bytes of the input {name!r} break off.")
        found.append(bytes(raw[4 : 4 + size]).decode("utf-8", "replace"))
        raw = raw[4 + size :]
    return found


def outputs_of(value: Any, names: list[str]) -> list[dict[str, Any]]:
    """Return what a model gave as outputs of an answer: one for each column or key, else a single one.

    Args: names: of the outputs, where the model tells.

    Raises:
        NotJson: it is no tensor, such as lists of different lengths.
    """
    columns = getattr(value, "columns", None)
    if columns is not None:
        parts = {str(name): value[name] for name in columns}
    elif isinstance(value, dict):
        parts = {str(name): part for name, part in value.items()}
    else:
        parts = {names[0] if names else "output": value}
    return [_output(name, part) for name, part in parts.items()]


def _output(name: str, value: Any) -> dict[str, Any]:
    data = plain(value)
    shape: list[int] = []
    level = data if isinstance(data, list) else [data]
    inner: Any = level
    while isinstance(inner, list):
        shape.append(len(inner))
        inner = inner[0] if inner else None
    flat = level
    for _ in shape[1:]:
        flat = [part for each in flat for part in (each if isinstance(each, list) else [each])]
    if len(flat) != math.prod(shape) or any(isinstance(each, (list, dict)) for each in flat):
        raise NotJson(f"the output {name!r} is no tensor: its rows differ")
    datatype = OF_DTYPE.get(str(getattr(value, "dtype", ""))) or _datatype(flat)
    return {"name": name, "datatype": datatype, "shape": shape, "data": flat}


def _datatype(values: list[Any]) -> str:
    kinds = {type(each) for each in values if each is not None}
    if kinds <= {bool} and kinds:
        return "BOOL"
    if kinds <= {int} and kinds:
        return "INT64"
    return "FP64" if kinds <= {int, float} else "BYTES"
