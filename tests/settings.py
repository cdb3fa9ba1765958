"""The settings of the tests: the studio's own, in a home folder and on ports of this test process alone.

Whatever ``STUDIO_…`` variables the shell has are dropped first, so that a test can never reach a real deployment.
``tests/run.py`` sets ``STUDIO_TEST_DATABASE_URL`` and ``STUDIO_TEST_REDIS_URL`` to run the tests on other services.
"""

import atexit
import os
import random
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any


def _free_port_pair() -> int:
    """Find a port that is free with the next one, below the range from which outgoing connections take theirs."""
    for _ in range(200):
        port = random.randrange(20_000, 32_000, 2)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
        return port
    raise RuntimeError("No two neighbouring ports are free on this machine.")


for name in [name for name in os.environ if name.startswith("STUDIO_") and not name.startswith("STUDIO_TEST_")]:
    del os.environ[name]

HOME = Path(tempfile.mkdtemp(prefix="studio-tests-"))
_owner = os.getpid()


@atexit.register
def _leave() -> None:
    if os.getpid() == _owner:  # not in processes forked from this one
        shutil.rmtree(HOME, ignore_errors=True)


os.environ["STUDIO_HOME"] = str(HOME)
os.environ["STUDIO_PORT"] = str(_free_port_pair())
if url := os.environ.get("STUDIO_TEST_DATABASE_URL"):
    os.environ["STUDIO_DATABASE_URL"] = url
if url := os.environ.get("STUDIO_TEST_REDIS_URL"):
    # Each test process has a database of its own on the one server; pub/sub knows none: its channels get a prefix.
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    os.environ["STUDIO_BROKER_URL"] = os.environ["STUDIO_CHANNEL_URL"] = f"{url}/{number}"

from studio.settings import *  # noqa: E402, F403
from studio.settings import CHANNEL_LAYERS, DATABASES, STUDIO  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: servers, threads and processes of a test then meet the locks that they meet in real life.
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}
_layer: dict[str, Any] = dict(CHANNEL_LAYERS["default"])
CHANNEL_LAYERS = {"default": {**_layer, "CONFIG": {**_layer["CONFIG"], "prefix": f"studio-{STUDIO.port}"}}}

# Each test client would otherwise read through all built files first.
WHITENOISE_AUTOREFRESH = True

# The real hasher is slow on purpose; the tests of signing in would only wait for it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
