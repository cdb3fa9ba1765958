"""What the settings of a deployment may be. No models, no I/O."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.endpoints.states import (
    DEFAULT_REQUEST_SETTINGS,
    LONGEST_QUEUE_WAIT_MS,
    LONGEST_TIMEOUT_MS,
    MOST_CONCURRENT,
)

MOST_VARIABLES = 200
LONGEST_VALUE = 10_000
LEAST_MEMORY_MB, MOST_MEMORY_MB = 64, 4 * 1024 * 1024

_RANGES = {
    "timeout_ms": (1, LONGEST_TIMEOUT_MS),
    "max_concurrent": (1, MOST_CONCURRENT),
    "max_queue_wait_ms": (0, LONGEST_QUEUE_WAIT_MS),
}


def checked_requests(given: Mapping[str, int]) -> dict[str, int]:
    """Return request settings with the defaults where they say nothing.

    Raises:
        InvalidInput: a number is out of its range, or there is no such setting.
    """
    errors: dict[str, list[str]] = {}
    for name, value in given.items():
        low, high = _RANGES.get(name, (0, -1))
        if high < low:
            errors[name] = [_("There is no such setting.")]
        elif not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            errors[name] = [_("This is a number from %(low)d to %(high)d.") % {"low": low, "high": high}]
    if errors:
        raise InvalidInput(errors)
    return {**DEFAULT_REQUEST_SETTINGS, **given}


def checked_memory(memory_mb: int | None) -> int | None:
    """Return a limit of memory in MB; None for no limit of its own.

    Raises:
        InvalidInput: it is out of its range.
    """
    if memory_mb is not None and not LEAST_MEMORY_MB <= memory_mb <= MOST_MEMORY_MB:
        sentence = _("This is a number of MB from %(low)d to %(high)d.")
        raise InvalidInput({"memory_mb": [sentence % {"low": LEAST_MEMORY_MB, "high": MOST_MEMORY_MB}]})
    return memory_mb


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
