"""What machines have that environments need."""

import re
import sys

from apps.compute.models import LOCAL, Agent
from apps.environments.sources import Pythons

_MINOR = re.compile(r"3\.\d{1,2}(?=\.|$)", re.ASCII)


def known_pythons() -> Pythons:
    """Return the Pythons that the studio's machines have; the default is the one that the agent of its own machine runs with."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    reported = list(Agent.objects.exclude(python_version="").values_list("name", "python_version", "pythons"))
    # What a machine says of itself may be anything.
    by_machine = {name: found[0] for name, version, _others in reported if (found := _MINOR.match(version))}
    default = by_machine.get(LOCAL, own)
    others = {version for _name, _version, pythons in reported for version in pythons if _MINOR.fullmatch(version)}
    known = {default, *by_machine.values(), *others}
    return Pythons(default, sorted(known, key=lambda version: [int(part) for part in version.split(".")]))
