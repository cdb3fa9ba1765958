"""Probes of deployment files of Azure ML v2: how long a server may take to be ready, and how long it may then be silent.

Servers tell by themselves that they are ready; a probe says how often it may fail, in which time, until one is given up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.endpoints.file_parts import whole
from apps.endpoints.limits import REQUEST_RANGES
from apps.endpoints.states import DEFAULT_REQUEST_SETTINGS
from apps.experiments.jobs.fields import FieldReader

READINESS, LIVENESS = "readiness_probe", "liveness_probe"
STARTUP, SILENCE = "startup_s", "silence_s"
# In seconds and times, as Azure ML v2 has them.
DEFAULTS = {"initial_delay": 10, "period": 10, "timeout": 2, "success_threshold": 1, "failure_threshold": 30}
LONGEST = 1_000_000


@dataclass(frozen=True)
class Probes:
    """What probes mean here: ``settings`` of requests; ``passed_over``: names of what means nothing; ``warnings``: what was
    brought into its range."""

    settings: Mapping[str, int]
    passed_over: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def probes_of(reader: FieldReader) -> Probes:
    """Return what the probes of a file say. The first look at whether a server lives is no sooner than the end of its start."""
    ready, alive = _fields(reader, READINESS), _fields(reader, LIVENESS)
    asked: dict[str, int] = {}
    if ready:
        asked[STARTUP] = {**DEFAULTS, **ready}["initial_delay"] + _patience(ready)
    if alive:
        asked[SILENCE] = _patience(alive)
        if alive.get("initial_delay", 0) > asked.get(STARTUP, DEFAULT_REQUEST_SETTINGS[STARTUP]):
            asked[STARTUP] = alive["initial_delay"]
    settings, warnings = {}, []
    for name, seconds in asked.items():
        low, high = REQUEST_RANGES[name]
        settings[name] = min(max(seconds, low), high)
        if settings[name] != seconds:
            values = {"asked": seconds, "low": low, "high": high, "holds": settings[name]}
            warnings.append(_brought_into_range(name, values))
    passed_over = tuple(
        f"{probe}.success_threshold"
        for probe, given in ((READINESS, ready), (LIVENESS, alive))
        if given.get("success_threshold", 1) != 1
    )
    return Probes(settings, passed_over, tuple(warnings))


def probes_written(settings: Mapping[str, int]) -> dict[str, Any]:
    """Return the probes of a file from which ``probes_of`` reads these settings; those that are usual are left out."""
    return {
        probe: {"initial_delay": 0, "period": 1, "failure_threshold": settings[name]}
        for probe, name in ((READINESS, STARTUP), (LIVENESS, SILENCE))
        if settings[name] != DEFAULT_REQUEST_SETTINGS[name]
    }


def _patience(given: Mapping[str, int]) -> int:
    """Return for how many seconds a probe may fail: the next look is not before the one under way has timed out."""
    values = {**DEFAULTS, **given}
    return max(values["period"], given.get("timeout", 0)) * values["failure_threshold"]


def _fields(reader: FieldReader, probe: str) -> dict[str, int]:
    """Return the numbers of a probe; what is wrong with one is noted."""
    found = {}
    for field, value in reader.mapping(probe).items():
        if field not in DEFAULTS:
            reader.say((probe, field), _("it is one of: %(names)s") % {"names": ", ".join(DEFAULTS)})
            continue
        least = 0 if field == "initial_delay" else 1
        if (number := whole(reader, (probe, field), value, least, LONGEST)) is not None:
            found[field] = number
    return found


def _brought_into_range(name: str, values: Mapping[str, int]) -> str:
    if name == STARTUP:
        said = _("The readiness probe gives a replica %(asked)d s to start.") % values
    else:
        said = _("The liveness probe lets a replica be silent for %(asked)d s.") % values
    return f"{said} " + _("Here that is between %(low)d and %(high)d s; %(holds)d s holds.") % values
