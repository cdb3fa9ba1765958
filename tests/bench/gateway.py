"""The gateway of a real studio under load: what it adds to a request, a rolling update, and many connections.

    .venv/bin/python -m tests.bench.gateway [--requests 10000] [--connections 512]

Returns 1 where a request was dropped during the update, or where one of many connections got another answer than 200, or 503
with Retry-After.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import aiohttp

from tests.bench.serving import Server, press
from tests.endpoints.deployed import address_of, deploy, standing, wait_for
from tests.launcher.studio import Studio
from tests.samples.studio import rows, start

SCRIPT = "import json\ndef init(): pass\ndef run(data): return {'revision': %d, 'got': json.loads(data)}\n"
PATIENT = {"timeout_ms": 30_000, "max_queue_wait_ms": 60_000}
BODY = b'{"data": [[0.1, 0.2, 0.3, 0.4]]}'


async def added_ms(studio: Studio, key: str, seconds: float) -> tuple[float, float]:
    """Return the median of one request at a time, by the replica's own socket and through the gateway, in ms."""
    socket = rows(studio, "SELECT address FROM endpoints_replica WHERE state = 'ready'")[0][0].removeprefix("unix:")
    path = "/" + address_of(studio).split("/", 3)[3]
    alone = Server("alone", [], socket, "/score", BODY)
    through = Server("through", [], studio.port + 1, path, BODY, key)
    for server in (alone, through):
        await press(server, 0.5, 1)
        server.times_ms.clear()
    for _round in range(4):
        for server in (alone, through):
            await press(server, seconds, 1)
    return statistics.median(alone.times_ms), statistics.median(through.times_ms)


async def ask_many(address: str, key: str, total: int, connections: int) -> Counter[str]:
    """Make so many requests over so many connections; returns how many had which answer."""
    answers: Counter[str] = Counter()
    left = iter(range(total))
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    limits = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=limits, headers=headers) as session:

        async def ask() -> None:
            for _number in left:
                try:
                    async with session.post(address, data=BODY) as answer:
                        await answer.read()
                        later = " with Retry-After" if "retry-after" in answer.headers else ""
                        answers[f"{answer.status}{later}"] += 1
                except aiohttp.ClientError as error:
                    answers[type(error).__name__] += 1

        await asyncio.gather(*(ask() for _number in range(connections)))
    return answers


async def during_an_update(studio: Studio, key: str, total: int) -> Counter[str]:
    """Make requests while the next revision is rolled out; returns their answers."""
    answers: Counter[str] = Counter()
    number = (standing(studio) or ("", 0))[1] + 1
    await asyncio.to_thread(deploy, studio, {"score.py": SCRIPT % number}, request_settings=PATIENT)
    while answers.total() < total or standing(studio) != ("Healthy", number):
        answers += await ask_many(address_of(studio), key, 500, 8)
    return answers


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--requests", type=int, default=10_000, help="at least so many during the update")
    parser.add_argument("--connections", type=int, default=512)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each turn of the comparison")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-gateway-") as path:
        studio = start(Path(path) / "home")
        try:
            began = time.monotonic()
            key = deploy(studio, {"score.py": SCRIPT % 1}, count=2, request_settings=PATIENT)
            wait_for(studio, 1)
            print(f"ready after {time.monotonic() - began:.1f} s, with the environment")
            asyncio.run(ask_many(address_of(studio), key, 200, 8))
            alone, through = asyncio.run(added_ms(studio, key, told.seconds))
            print(f"p50 of one at a time: replica {alone:.2f} ms, through the gateway {through:.2f} ms")
            updated = asyncio.run(during_an_update(studio, key, told.requests))
            print(f"during a rolling update: {dict(updated)}")
            began = time.monotonic()
            many = asyncio.run(ask_many(address_of(studio), key, told.connections * 8, told.connections))
            took = time.monotonic() - began
            print(f"{told.connections} connections, 60 s of patience: {dict(many)}, {many.total() / took:.0f} a second")
            other = deploy(studio, {"score.py": SCRIPT % 1}, endpoint="plain", request_settings={"timeout_ms": 5000})
            wait_for(studio, 1, "plain")
            asyncio.run(ask_many(address_of(studio, "plain"), other, 50, 1))
            hasty = asyncio.run(ask_many(address_of(studio, "plain"), other, told.connections * 8, told.connections))
            print(f"{told.connections} connections, the defaults: {dict(hasty)}")
        finally:
            studio.stop()
            studio.clean_up()
    return int(set(updated) != {"200"} or set(many) != {"200"} or not set(hasty) <= {"200", "503 with Retry-After"})


if __name__ == "__main__":
    sys.exit(main())
