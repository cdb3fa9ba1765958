"""What people said, as files that other programs read. Given piece by piece, so that no project is too large."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

import orjson
from django.db.models import QuerySet

from apps.labeling.models import Item, Label, LabelingProject
from apps.labeling.states import DONE, Task

ROWS_AT_ONCE: Final = 2000


def json_lines(project: LabelingProject) -> Iterator[bytes]:
    """Give each labeled item as a line of JSON, its labels by their names, ``Animal/Cat``.

    Shapes are in pixels of the upright picture, spans in code points, half open, with their text.
    """
    names = _names_of(project)
    for item in _labeled(project).iterator(chunk_size=ROWS_AT_ONCE):
        line = {
            "number": item.number, "path": item.path, "row": item.row, "width": item.width, "height": item.height,
            "state": item.state, "labeled_by": item.final_by.username if item.final_by else None, "labeled_at": item.labeled_at,
            **({"text": item.text} if item.text else {}), **_named(item, names),
        }  # fmt: skip
        yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z)


def coco(project: LabelingProject) -> Iterator[bytes]:
    """Give the boxes of a project as COCO has them: true pixels, ids from 1; see cocodataset.org, "Data format".

    Only for projects of ``Task.OBJECT_DETECTION``.
    """
    names = _names_of(project)
    categories = {key: number for number, key in enumerate(names, start=1)}
    yield b'{"images":['
    yield from _between(_image(item) for item in _labeled(project).iterator(chunk_size=ROWS_AT_ONCE))
    yield b'],"annotations":['
    boxes = (
        (item.number, box)
        for item in _labeled(project).iterator(chunk_size=ROWS_AT_ONCE)
        for box in (item.final or {})["shapes"]
    )
    yield from _between(
        _annotation(number, image, box, categories) for number, (image, box) in enumerate(boxes, start=1)
    )
    kinds = [{"id": number, "name": names[key], "supercategory": ""} for key, number in categories.items()]
    yield b'],"categories":' + orjson.dumps(kinds) + b"}"


def formats_of(project: LabelingProject) -> list[str]:
    """Return what a project can be exported as."""
    return ["jsonl", "coco"] if project.task == Task.OBJECT_DETECTION else ["jsonl"]


def _labeled(project: LabelingProject) -> QuerySet[Item]:
    return project.items.filter(state__in=DONE, final__isnull=False).select_related("final_by").order_by("number")


def _names_of(project: LabelingProject) -> dict[str, str]:
    """Return the whole names of all labels by key, also of those that were removed since."""
    labels: dict[Any, Label] = {label.pk: label for label in project.labels.order_by("position")}

    def path(label: Label) -> str:
        return f"{path(labels[label.parent_id])}/{label.name}" if label.parent_id in labels else label.name

    return {label.key: path(label) for label in labels.values()}


def _named(item: Item, names: dict[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = item.final or {}
    said: dict[str, Any] = {}
    if "labels" in answer:
        said["labels"] = [names[key] for key in answer["labels"]]
    for kind in ("shapes", "spans"):
        if kind in answer:
            said[kind] = [{**part, "label": names[part["label"]]} for part in answer[kind]]
    for span in said.get("spans", ()):
        span["text"] = item.text[span["start"] : span["end"]]
    return said


def _image(item: Item) -> dict[str, Any]:
    return {"id": item.number, "file_name": item.path, "width": item.width, "height": item.height}


def _annotation(number: int, image: int, box: dict[str, Any], categories: dict[str, int]) -> dict[str, Any]:
    sides = [box["x"], box["y"], box["width"], box["height"]]
    return {
        "id": number, "image_id": image, "category_id": categories[box["label"]], "bbox": sides, "area": sides[2] * sides[3],
        "iscrowd": 0, "segmentation": [],
    }  # fmt: skip


def _between(values: Iterable[Any]) -> Iterator[bytes]:
    """Give JSON values with commas between them."""
    pieces = (orjson.dumps(value) for value in values)
    first = next(pieces, None)
    if first is None:
        return
    yield first
    yield from chain.from_iterable((b",", piece) for piece in pieces)
