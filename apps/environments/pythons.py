"""Which Python an environment gets, of those that the machines have. No Django models, no I/O."""

import re
from collections.abc import Sequence

from packaging.specifiers import InvalidSpecifier, SpecifierSet

_MINOR = re.compile(r"(\d+)\.(\d+)")
_PATCHES = range(60)


def choose(wanted: str, available: Sequence[str], default: str) -> tuple[str, bool]:
    """Choose the Python for what a file wants.

    Args: wanted: a version or versions as pip writes them: ``==3.10.*``, ``3.8.13``, ``>=3.9,<3.12``; empty or ``*`` for any.
        available: what machines have, such as ``["3.11", "3.12"]``; default: the one of these to take where it fits.

    Returns: the version, as ``major.minor``, and whether it is one that was wanted.

    Raises:
        ValueError: ``wanted`` is no version.
    """
    fitting = [version for version in available if _fits(version, wanted)]
    if fitting:
        return (default if default in fitting else max(fitting, key=_key)), True
    asked = _MINOR.search(wanted)
    newer = [version for version in available if asked and _key(version) > (int(asked[1]), int(asked[2]))]
    # Packages that an older Python had, the next newer one is the likeliest to have as well.
    return (min(newer, key=_key) if newer else max(available, key=_key)), False


def _fits(version: str, wanted: str) -> bool:
    wanted = wanted.replace(" ", "")
    if not wanted or wanted == "*":
        return True
    if re.fullmatch(r"=*\d+(\.\d+)*(\.\*)?", wanted):
        parts = wanted.lstrip("=").removesuffix(".*").split(".")
        return version.split(".")[: len(parts)] == parts[:2]
    try:
        specifier = SpecifierSet(wanted)
    except InvalidSpecifier as error:
        raise ValueError(wanted) from error
    return any(specifier.contains(f"{version}.{patch}") for patch in _PATCHES)


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
