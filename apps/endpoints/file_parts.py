"""Parts of deployment files of Azure ML v2: scaling, collecting, limits. Read into what ``limits`` checks."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.experiments.jobs.fields import FieldReader
from apps.experiments.jobs.yaml_text import Path

SCALE_SETTINGS = {
    "min_instances": "min_instances",
    "max_instances": "max_instances",
    "target_utilization_percentage": "target_utilization",
    # Ours: Azure has a rule for each.
    "cool_down_seconds": "cool_down_s",
    "wake_wait_ms": "wake_wait_ms",
}
FIXED, BY_LOAD = ("default", "manual"), ("target_utilization", "auto")
COLLECTIONS = {"model_inputs": "inputs", "model_outputs": "outputs", "request": "inputs", "response": "outputs"}
_TRUE, _FALSE = {"true", "1", "yes"}, {"false", "0", "no"}
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)\s*(Ki|Mi|Gi|K|M|G|k)?")
_CPUS = re.compile(r"(\d{1,7}(?:\.\d{1,9})?)(m?)")
_UNIT_BYTES = {"": 1, "k": 1000, "K": 1000, "M": 1000**2, "G": 1000**3, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}


def whole(reader: FieldReader, path: Path, value: Any, low: int | None = None, high: int | None = None) -> int | None:
    """Return a whole number, of a range if one is given; None where there is none, noted where it is another thing."""
    if value is None:
        return None
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if is_whole and (low is None or value >= low) and (high is None or value <= high):
        return int(value)
    if low is None or high is None:
        reader.say(path, _("it is a number"))
    else:
        reader.say(path, _("it is a whole number from %(low)d to %(high)d") % {"low": low, "high": high})
    return None


def scaling_of(reader: FieldReader) -> dict[str, Any] | None:
    """Return how the number of replicas follows the load; empty for a fixed one, None where nothing is said."""
    if "scale_settings" not in reader.tree:
        return None
    given = reader.mapping("scale_settings")
    kind = str(given.get("type") or given.get("scale_type") or BY_LOAD[0]).lower()
    if kind in FIXED:
        return {}
    if kind not in BY_LOAD:
        reader.say(("scale_settings", "type"), _("it is default or target_utilization"))
    found = {}
    for name, value in given.items():
        if name in SCALE_SETTINGS and (number := whole(reader, ("scale_settings", name), value)) is not None:
            found[SCALE_SETTINGS[name]] = number
    # What is said of one end must not contradict the default of the other.
    if "min_instances" in found:
        found.setdefault("max_instances", max(found["min_instances"], 1))
    return found


def collection_of(reader: FieldReader) -> dict[str, Any] | None:
    """Return what is collected; empty for nothing, None where nothing is said."""
    if "data_collector" not in reader.tree:
        return None
    given = reader.mapping("data_collector")
    collections = given.get("collections")
    if collections is not None and not isinstance(collections, dict):
        reader.say(("data_collector", "collections"), _("it is a mapping of names and values"))
        return {}
    found: dict[str, Any] = {"inputs": False, "outputs": False}
    for name, said in (collections or {}).items():
        path: Path = ("data_collector", "collections", name)
        if name not in COLLECTIONS:
            reader.say(path, _("it is one of: %(names)s") % {"names": ", ".join(COLLECTIONS)})
        elif _is_on(reader, path, said):
            found[COLLECTIONS[name]] = True
    if given.get("sampling_rate") is not None:
        found["sampling_rate"] = given["sampling_rate"]
    if given.get("rolling_rate") is not None:
        found["rolling_rate"] = str(given["rolling_rate"]).lower()
    return found if found["inputs"] or found["outputs"] else {}


def memory_mb_of(reader: FieldReader) -> int | None:
    """Return the limit of memory, in MB, as Kubernetes writes it (``2Gi``)."""
    limits = reader.mapping("resources").get("limits")
    said = limits.get("memory") if isinstance(limits, dict) else None
    if said is None:
        return None
    match = _MEMORY.fullmatch(str(said).strip())
    if match is None:
        reader.say(("resources", "limits", "memory"), _("it is a size such as 512Mi or 2Gi"))
        return None
    return max(1, round(float(match[1]) * _UNIT_BYTES[match[2] or ""] / 2**20))


def cpus_of(reader: FieldReader) -> Decimal | None:
    """Return the limit of processor time, in cores, as Kubernetes writes it (``0.5`` or ``500m``)."""
    limits = reader.mapping("resources").get("limits")
    said = limits.get("cpu") if isinstance(limits, dict) else None
    if said is None:
        return None
    match = _CPUS.fullmatch(str(said).strip())
    if match is None:
        reader.say(("resources", "limits", "cpu"), _("it is a number of cores such as 0.5 or 500m"))
        return None
    return Decimal(match[1]) / (1000 if match[2] else 1)


def cores_written(cpus: Decimal | None) -> str:
    """Return a limit of processor time as a file and a page have it; empty for none."""
    return "" if cpus is None else f"{cpus.normalize():f}"


def scaling_written(scaling: Mapping[str, Any]) -> dict[str, Any]:
    """Return scaling as a file has it."""
    if not scaling:
        return {}
    return {"type": BY_LOAD[0], **{name: scaling[field] for name, field in SCALE_SETTINGS.items() if field in scaling}}


def collection_written(collection: Mapping[str, Any]) -> dict[str, Any]:
    """Return collecting as a file has it."""
    if not collection:
        return {}
    return {
        "collections": {
            "model_inputs": {"enabled": str(collection["inputs"])},
            "model_outputs": {"enabled": str(collection["outputs"])},
        },
        "sampling_rate": collection["sampling_rate"],
        "rolling_rate": collection["rolling_rate"],
    }


def _is_on(reader: FieldReader, path: Path, said: Any) -> bool:
    value = said.get("enabled", True) if isinstance(said, dict) else said
    word = str(value).lower()
    if word not in _TRUE | _FALSE:
        reader.say((*path, "enabled"), _("it is true or false"))
    return word in _TRUE
