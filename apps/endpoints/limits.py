"""What the settings of a deployment may be. No models, no I/O."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.endpoints.states import (
    DEFAULT_COLLECTION,
    DEFAULT_REQUEST_SETTINGS,
    DEFAULT_SCALING,
    LEAST_SILENCE_S,
    LONGEST_COOL_DOWN_S,
    LONGEST_QUEUE_WAIT_MS,
    LONGEST_SILENCE_S,
    LONGEST_STARTUP_S,
    LONGEST_TIMEOUT_MS,
    LONGEST_WAKE_WAIT_MS,
    MOST_CONCURRENT,
    MOST_INSTANCES,
    ROLLING_S,
)

MOST_VARIABLES = 200
LONGEST_VALUE = 10_000
LEAST_CPUS, MOST_CPUS = Decimal("0.1"), Decimal(1024)
LEAST_MEMORY_MB, MOST_MEMORY_MB = 64, 4 * 1024 * 1024

REQUEST_RANGES = {
    "timeout_ms": (1, LONGEST_TIMEOUT_MS),
    "max_concurrent": (1, MOST_CONCURRENT),
    "max_queue_wait_ms": (0, LONGEST_QUEUE_WAIT_MS),
    "startup_s": (1, LONGEST_STARTUP_S),
    "silence_s": (LEAST_SILENCE_S, LONGEST_SILENCE_S),
}
_SCALING = {
    "min_instances": (0, MOST_INSTANCES),
    "max_instances": (1, MOST_INSTANCES),
    "target_utilization": (1, 100),
    "cool_down_s": (1, LONGEST_COOL_DOWN_S),
    "wake_wait_ms": (0, LONGEST_WAKE_WAIT_MS),
}


def checked_requests(given: Mapping[str, int]) -> dict[str, int]:
    """Return request settings with the defaults where they say nothing.

    Raises:
        InvalidInput: a number is out of its range, or there is no such setting.
    """
    _refuse(_faults(given, REQUEST_RANGES))
    return {**DEFAULT_REQUEST_SETTINGS, **given}


def checked_scaling(given: Mapping[str, Any]) -> dict[str, int]:
    """Return how a deployment follows its load, with the defaults where nothing is said; empty for what is empty: a fixed number.

    Raises:
        InvalidInput: a number is out of its range, or there is no such setting.
    """
    if not given:
        return {}
    errors = _faults(given, _SCALING)
    scaling = {**DEFAULT_SCALING, **given}
    if not errors and scaling["min_instances"] > scaling["max_instances"]:
        errors["max_instances"] = [_("This is at least the least number of replicas.")]
    _refuse(errors)
    return scaling


def checked_collection(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is collected of a deployment's requests, with the defaults where nothing is said; empty for nothing.

    ``inputs`` and ``outputs``: whether the requests, and the answers, are. ``sampling_rate``: the share of the requests, above 0
    up to 1. ``rolling_rate``: of ``states.ROLLING_S``.

    Raises:
        InvalidInput: a value is none of these, or there is no such setting.
    """
    if not given:
        return {}
    collection = {**DEFAULT_COLLECTION, **given}
    rate = collection["sampling_rate"]
    errors = {name: [_("There is no such setting.")] for name in given if name not in DEFAULT_COLLECTION}
    if not isinstance(rate, int | float) or isinstance(rate, bool) or not 0 < rate <= 1:
        errors["sampling_rate"] = [_("This is a share above 0, up to 1.")]
    if collection["rolling_rate"] not in ROLLING_S:
        errors["rolling_rate"] = [_("This is one of: %(names)s.") % {"names": ", ".join(ROLLING_S)}]
    for name in ("inputs", "outputs"):
        if not isinstance(collection[name], bool):
            errors[name] = [_("This is true or false.")]
    _refuse(errors)
    return collection if collection["inputs"] or collection["outputs"] else {}


def checked_memory(memory_mb: int | None) -> int | None:
    """Return a limit of memory in MB; None for no limit of its own.

    Raises:
        InvalidInput: it is out of its range.
    """
    if memory_mb is not None and not LEAST_MEMORY_MB <= memory_mb <= MOST_MEMORY_MB:
        sentence = _("This is a number of MB from %(low)d to %(high)d.")
        raise InvalidInput({"memory_mb": [sentence % {"low": LEAST_MEMORY_MB, "high": MOST_MEMORY_MB}]})
    return memory_mb


def checked_cpus(cpus: Decimal | None, cores: int) -> Decimal | None:
    """Return a limit of processor time, in cores; None for no limit of its own. Args: cores: of the machine; 0: not known.

    Raises:
        InvalidInput: it is out of its range, or the machine has not so many.
    """
    if cpus is None:
        return None
    if not LEAST_CPUS <= cpus <= MOST_CPUS:
        sentence = _("This is a number of cores from %(low)s to %(high)s, such as 0.5.")
        raise InvalidInput({"cpus": [sentence % {"low": LEAST_CPUS, "high": MOST_CPUS}]})
    if cores and cpus > cores:
        sentence = _("The machine that it runs on has %(cores)d cores. Give that at most, or nothing for no limit.")
        raise InvalidInput({"cpus": [sentence % {"cores": cores}]})
    return cpus.quantize(Decimal("0.001"))


def checked_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Return environment variables.

    Raises:
        InvalidInput: there are too many, or one has no usable name or value.
    """
    if len(variables) > MOST_VARIABLES:
        raise InvalidInput({"variables": [_("There can be %(most)d variables at most.") % {"most": MOST_VARIABLES}]})
    for name, value in variables.items():
        if not name.isidentifier() or not name.isascii():
            sentence = _("“%(name)s” cannot name a variable. Use letters, digits and underscores.")
            raise InvalidInput({"variables": [sentence % {"name": name[:40]}]})
        if len(value) > LONGEST_VALUE or "\0" in value:
            sentence = _("The value of the variable “%(name)s” cannot be used.")
            raise InvalidInput({"variables": [sentence % {"name": name[:40]}]})
    return dict(variables)


def _faults(given: Mapping[str, Any], ranges: Mapping[str, tuple[int, int]]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for name, value in given.items():
        low, high = ranges.get(name, (0, -1))
        if high < low:
            errors[name] = [_("There is no such setting.")]
        elif not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            errors[name] = [_("This is a number from %(low)d to %(high)d.") % {"low": low, "high": high}]
    return errors


def _refuse(errors: dict[str, list[str]]) -> None:
    if errors:
        raise InvalidInput(errors)
