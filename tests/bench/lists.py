"""How long the server takes for a page of each list with 100,000 rows, over the matrix in ``lists.toml``.

Measured in the process of the server, whole pages through all middleware, signed in. Once on SQLite, and once on PostgreSQL
where that is installed. Fails where the median of a combination is above the limit, and where a list is not in the matrix.
"""

import os
import re
import statistics
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from html import unescape
from itertools import product
from pathlib import Path
from typing import Any

MATRIX = Path(__file__).with_name("lists.toml")
DEADLINE_S = 3600


def main() -> int:
    """Measure here, then on PostgreSQL. Returns the exit code."""
    from tests import services

    code = measure()
    if os.environ.get("STUDIO_TEST_DATABASE_URL") or services.postgresql_bin() is None:
        return code
    with services.postgresql() as url:
        variables = {**os.environ, "STUDIO_TEST_DATABASE_URL": url}
        again = subprocess.run(
            [sys.executable, "-m", "tests.bench.lists"], env=variables, timeout=DEADLINE_S, check=False
        )
    return code or again.returncode


def measure() -> int:
    """Seed this process's own database, measure every combination, print a line for each list."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from tests.bench.seeds import every_list, seed

    matrix: dict[str, Any] = tomllib.loads(MATRIX.read_text())
    lists = {name: entry for name, entry in matrix.items() if isinstance(entry, dict)}
    forgotten = {one.key for one in every_list()} - set(lists)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    started = time.monotonic()
    studio = seed(matrix["rows"])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(
        f"{connection.vendor}: {matrix['rows']:,} rows of each kind in {time.monotonic() - started:.0f} s", flush=True
    )
    print(f"{'list':<18}{'pages':>6}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}   the slowest")
    over = []
    for name, entry in lists.items():
        known = {
            "workspace": studio.workspace.name,
            "colleague": str(studio.colleague.pk),
            "target": str(studio.target.pk),
            "parent": str(studio.parent.pk),
            "pipeline": str(studio.pipeline.pk),
            "pipeline_endpoint": str(studio.pipeline_endpoint.pk),
        }
        figures = sorted(_figures(entry, matrix, known, studio.viewer))
        times = [milliseconds for milliseconds, _address in figures]
        p95 = times[min(len(times) - 1, int(len(times) * 0.95))]
        slowest = figures[-1][1]
        print(
            f"{name:<18}{len(times):>6}{statistics.median(times):>9.0f}{p95:>9.0f}{times[-1]:>9.0f}   {slowest}",
            flush=True,
        )
        over += [
            f"{address}: {milliseconds:.0f} ms"
            for milliseconds, address in figures
            if milliseconds > matrix["limit_ms"]
        ]
    for line in over:
        print(f"above {matrix['limit_ms']} ms: {line}")
    for name in sorted(forgotten):
        print(f"not in the matrix: {name}")
    return 1 if over or forgotten else 0


def _figures(
    entry: dict[str, Any], matrix: dict[str, Any], known: dict[str, str], viewer: Any
) -> Iterator[tuple[float, str]]:
    """Yield (median milliseconds, address) of every combination of one list."""
    from urllib.parse import urlsplit

    from django.conf import settings
    from django.test import Client

    client = Client(headers={"host": urlsplit(settings.STUDIO.url).netloc})
    client.force_login(viewer, backend=settings.AUTHENTICATION_BACKENDS[0])
    path = entry["path"].format(**known)
    for narrowed, order, page in product(entry["filters"], entry["sorts"], matrix["pages"]):
        query = [narrowed.format(**known), f"sort={order}" if order else "", "last=1" if page == "last" else ""]
        address = f"{path}?{'&'.join(filter(None, query))}"
        if page == "second":
            following = _next_page(client.get(address).content.decode())
            if following is None:
                continue
            address = following
        times = [_time(client, address) for _ in range(matrix["requests"] + 1)][1:]  # the first one warms caches up
        yield statistics.median(times) * 1000, re.sub(r"(after=)[^&]+", r"\1…", address)


def _time(client: Any, address: str) -> float:
    started = time.perf_counter()
    response = client.get(address)
    seconds = time.perf_counter() - started
    if response.status_code != 200:
        raise SystemExit(f"{address} answered {response.status_code}")
    return seconds


def _next_page(page: str) -> str | None:
    link = re.search(r'<a rel="next" href="([^"]+)"', page)
    return unescape(link[1]) if link else None


if __name__ == "__main__":
    sys.exit(main())
