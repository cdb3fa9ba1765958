"""Whether an answer may be kept. Messages name the part of it that may not."""

import math
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from apps.labeling.errors import AnswerRefused
from apps.labeling.models import Item, LabelingProject
from apps.labeling.states import CLASSIFICATIONS, ONE_LABEL, SHAPES

MOST_SHAPES = 10_000
MARGIN = 0.5  # pixels outside of the image that come from rounding


def known_keys(project: LabelingProject) -> frozenset[str]:
    """Return what answers may name labels by."""
    return frozenset(project.labels.filter(removed_at=None).values_list("key", flat=True))


def check_answer(
    project: LabelingProject, item: Item, answer: Any, keys: frozenset[str], text: str = ""
) -> dict[str, Any]:
    """Return the answer as it is kept: what lies outside of the image by less than half a pixel is cut.

    Args: keys: as ``known_keys`` gives them. text: what spans are of.

    Raises:
        AnswerRefused: it is none for the project's task, or breaks a rule.
    """
    part = "labels" if project.task in CLASSIFICATIONS else "shapes" if project.task in SHAPES else "spans"
    if not isinstance(answer, dict) or set(answer) != {part} or not isinstance(answer[part], list):
        raise AnswerRefused(_("An answer here is {“%(part)s”: […]}.") % {"part": part})
    found = answer[part]
    if len(found) > MOST_SHAPES:
        raise AnswerRefused(_("An answer has at most 10,000 parts."))
    if part == "labels":
        return {"labels": _labels(project, found, keys)}
    if part == "shapes":
        return {"shapes": [_shape(project, item, shape, keys) for shape in found]}
    spans = [_span(span, len(text), keys) for span in found]
    if not project.overlapping_spans:
        _check_apart(spans)
    return {"spans": spans}


def _labels(project: LabelingProject, found: list[Any], keys: frozenset[str]) -> list[str]:
    for key in found:
        _check_label(key, keys, _("The answer"))
    if not found:
        raise AnswerRefused(_("Choose a label, or skip the item."))
    if len(found) > 1 and project.task in ONE_LABEL:
        raise AnswerRefused(_("Choose one label only."))
    return list(dict.fromkeys(found))


def _check_label(key: Any, keys: frozenset[str], what: str) -> None:
    if not isinstance(key, str) or key not in keys:
        raise AnswerRefused(_("%(what)s has a label that the project does not have.") % {"what": what})


def _span(span: Any, length: int, keys: frozenset[str]) -> dict[str, Any]:
    name = _named(span)
    _check_label(span.get("label"), keys, name)
    start, end = span.get("start"), span.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= length:
        raise AnswerRefused(_("%(what)s does not lie within the text.") % {"what": name})
    return {"id": span["id"], "label": span["label"], "start": start, "end": end}


def _check_apart(spans: list[dict[str, Any]]) -> None:
    ordered = sorted(spans, key=lambda span: (span["start"], span["end"]))
    for before, after in pairwise(ordered):
        if after["start"] < before["end"]:
            raise AnswerRefused(_("%(what)s overlaps another entity.") % {"what": _named(after)})


def _shape(project: LabelingProject, item: Item, shape: Any, keys: frozenset[str]) -> dict[str, Any]:
    name = _named(shape)
    _check_label(shape.get("label"), keys, name)
    if shape.get("type") not in SHAPES[project.task]:
        wanted = ", ".join(SHAPES[project.task])
        raise AnswerRefused(
            _("%(what)s has a type that the task does not take: %(all)s.") % {"what": name, "all": wanted}
        )
    kept = {"id": shape["id"], "label": shape["label"], "type": shape["type"]}
    width, height = item.width or 0, item.height or 0
    if shape["type"] == "box":
        return kept | _box(shape, name, width, height)
    if shape["type"] == "polygon":
        holes = shape.get("holes", [])
        if not isinstance(holes, list):
            raise AnswerRefused(_("%(what)s has holes that are no list.") % {"what": name})
        rings = [_ring(ring, name, width, height) for ring in (shape.get("points"), *holes)]
        return kept | {"points": rings[0], "holes": rings[1:]}
    return kept | _mask(shape, name, width, height)


def _box(shape: dict[str, Any], name: str, width: int, height: int) -> dict[str, float]:
    x, y, w, h = (_number(shape.get(key), name) for key in ("x", "y", "width", "height"))
    left, right = _within(x, width, name), _within(x + w, width, name)
    top, bottom = _within(y, height, name), _within(y + h, height, name)
    if right <= left or bottom <= top:
        raise AnswerRefused(_("%(what)s has no area.") % {"what": name})
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def _ring(points: Any, name: str, width: int, height: int) -> list[list[float]]:
    if not isinstance(points, list) or not all(isinstance(point, list) and len(point) == 2 for point in points):
        raise AnswerRefused(_("%(what)s has points that are no pairs of numbers.") % {"what": name})
    ring = [[_within(_number(x, name), width, name), _within(_number(y, name), height, name)] for x, y in points]
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
    if len(ring) < 3 or abs(area) < 1e-9:
        raise AnswerRefused(_("%(what)s has no area.") % {"what": name})
    if crosses_itself(ring):
        raise AnswerRefused(_("%(what)s crosses itself. Move its points apart.") % {"what": name})
    return ring


def crosses_itself(ring: list[list[float]]) -> bool:
    """Whether two sides of a polygon that are not neighbours meet within both of them."""
    sides = sorted((min(a, b), max(a, b)) for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
    for place, (a, b) in enumerate(sides):
        for c, d in sides[place + 1 :]:
            if c[0] > b[0]:
                break
            if _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0:
                return True
    return False


def _turn(a: list[float], b: list[float], c: list[float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _mask(shape: dict[str, Any], name: str, width: int, height: int) -> dict[str, Any]:
    counts = shape.get("counts")
    if shape.get("size") != [height, width]:
        raise AnswerRefused(_("%(what)s is not of the image's size.") % {"what": name})
    if not isinstance(counts, str) or not counts or not all("0" <= char <= "o" for char in counts):
        raise AnswerRefused(_("%(what)s is no mask as COCO compresses it.") % {"what": name})
    return {"size": [height, width], "counts": counts}


def _named(part: Any) -> str:
    if not isinstance(part, dict) or not isinstance(part.get("id"), str) or not 0 < len(part["id"]) <= 64:
        raise AnswerRefused(_("Each part of an answer has an id of up to 64 characters."))
    return _("“%(id)s”") % {"id": part["id"]}


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise AnswerRefused(_("%(what)s has a value that is no number.") % {"what": name})
    return float(value)


def _within(value: float, limit: int, name: str) -> float:
    if not -MARGIN <= value <= limit + MARGIN:
        raise AnswerRefused(_("%(what)s lies outside of the image.") % {"what": name})
    return min(max(value, 0.0), float(limit))
