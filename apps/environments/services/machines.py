"""What machines have that environments need."""

import re
import sys

from apps.compute.models import LOCAL, Agent
from apps.environments.sources import Pythons

_MINOR = re.compile(r"3\.\d{1,2}(?=\.|$)", re.ASCII)


def known_pythons() -> Pythons:
    """Return the Pythons that the studio's machines have; the default is that of its own machine."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    reported = Agent.objects.exclude(python_version="").values_list("name", "python_version")
    # What a machine says of itself may be anything.
    by_machine = {name: found[0] for name, version in reported if (found := _MINOR.match(version))}
    default = by_machine.get(LOCAL, own)
    known = {default, *by_machine.values()}
    return Pythons(default, sorted(known, key=lambda version: [int(part) for part in version.split(".")]))
