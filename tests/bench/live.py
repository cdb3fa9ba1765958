"""How soon what a run logs is seen: drawn in a chart by Chromium, and heard by 200 watchers.

A real ``manage.py up``, and a real run on its agent whose script logs the time of day through the SDK, again and again. The
chart's page notes when Plotly has drawn each value, the watchers' client when each of its sockets has heard of it; both
clocks are this machine's. Fails where a target is missed. ``--seconds`` says how long it takes, ``--watchers`` how many watch.
"""

import argparse
import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import orjson
import websockets
from playwright.async_api import async_playwright

from tests.conftest import CHROMIUM
from tests.launcher.studio import PROJECT, Studio, sign_in_links
from tests.launcher.waiting import until

DRAWN_TARGET_MS = 500
WATCHED_TARGET_MS = 1000
EVERY_S = 0.5  # a little longer than charts rest between two drawings
STARTS_WITHIN_S = 120.0
SCRIPT = f"""
import time
from mlstudio import Run
run = Run.get_context()
while True:
    run.log("sent", time.time() * 1000)
    time.sleep({EVERY_S})
"""
# Plotly says when it has drawn; the last value drawn is the time at which it was logged.
NOTE_DRAWINGS = """
host => {
  window.drawn = {};
  host.on('plotly_afterplot', () => requestAnimationFrame(() => {
    const line = host.data.findLast((trace) => trace.y && trace.y.length);
    const sent = line?.y.at(-1);
    if (sent) window.drawn[sent] ??= performance.timeOrigin + performance.now() - sent;
  }));
}
"""


def main() -> int:
    """Measure and print. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--watchers", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="studio-bench-") as folder:
        studio = Studio(Path(folder) / "home")
        try:
            studio.start()
            drawn, watched = asyncio.run(_measure(studio, options.seconds, options.watchers))
        finally:
            studio.clean_up()
    print(f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    is_fine = _report("logged to drawn", drawn, DRAWN_TARGET_MS)
    return (
        0 if _report(f"logged to heard by {options.watchers} watchers", watched, WATCHED_TARGET_MS) and is_fine else 1
    )


async def _measure(studio: Studio, seconds: float, watchers: int) -> tuple[list[float], list[float]]:
    """Return how long each value took to be drawn, and to be heard by each watcher, in ms."""
    token = await asyncio.to_thread(_token, studio)
    run = await asyncio.to_thread(_call, studio, token, "runs/", {"command": "python train.py", "script": SCRIPT})
    await asyncio.to_thread(
        until, lambda: _call(studio, token, f"runs/{run['id']}/")["status"] == "Running", STARTS_WITHIN_S
    )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = await (await browser.new_context()).new_page()
        await page.goto(sign_in_links(studio.output)[0])
        await page.get_by_role("button", name=re.compile("Sign in as")).click()
        await page.goto(f"http://studio.localhost:{studio.port}/workspaces/sample/runs/{run['id']}/metrics/")
        chart = page.locator(".chart-plot.js-plotly-plot")
        await chart.first.wait_for()
        await chart.first.evaluate(NOTE_DRAWINGS)
        await asyncio.sleep(seconds)
        drawn = await page.evaluate("Object.values(window.drawn)")
        cookies = "; ".join(f"{each['name']}={each['value']}" for each in await page.context.cookies())
        await browser.close()
    watched = await _watch(studio, run["id"], cookies, seconds, watchers)
    await asyncio.to_thread(_call, studio, token, f"runs/{run['id']}/cancel/", {})
    return drawn, watched


async def _watch(studio: Studio, run_id: str, cookies: str, seconds: float, watchers: int) -> list[float]:
    origin = f"http://studio.localhost:{studio.port}"
    address = f"ws://127.0.0.1:{studio.port}/ws/workspaces/sample/runs/{run_id}/metrics/"
    headers = {"Cookie": cookies, "Host": origin.removeprefix("http://")}
    found: list[float] = []
    until_ = time.monotonic() + seconds

    async def watch(begins_after_s: float) -> None:
        await asyncio.sleep(begins_after_s)
        async with websockets.connect(address, origin=origin, additional_headers=headers, open_timeout=60) as socket:  # type: ignore[arg-type]
            while (left := until_ + begins_after_s - time.monotonic()) > 0:
                try:
                    message = orjson.loads(await asyncio.wait_for(socket.recv(), left))
                except TimeoutError:
                    return
                heard_at = time.time() * 1000
                found.extend(heard_at - sent for name, _step, _at, sent in _points(message) if name == "sent")

    await asyncio.gather(*(watch(number * 0.02) for number in range(watchers)))
    return found


def _points(message: dict[str, Any]) -> list[list[Any]]:
    return message["data"]["points"] if message["type"] == "metrics" else []


def _token(studio: Studio) -> str:
    command = [sys.executable, "manage.py", "create_token", "admin"]
    done = subprocess.run(
        command, cwd=PROJECT, env=studio.variables, capture_output=True, text=True, timeout=120, check=True
    )
    return done.stdout.strip()


def _call(studio: Studio, token: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    request = Request(
        f"http://127.0.0.1:{studio.port}/api/v1/workspaces/sample/{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urlopen(request, timeout=60) as answer:
        return dict(json.loads(answer.read() or b"{}"))


def _report(label: str, took: list[float], target: float) -> bool:
    if len(took) < 10:
        print(f"{label}: only {len(took)} values came")
        return False
    middle, p95 = statistics.median(took), statistics.quantiles(took, n=20)[18]
    print(f"{label:<40} median {middle:6.0f} ms   p95 {p95:6.0f} ms   target {target:.0f} ms   ({len(took)} values)")
    return p95 <= target


if __name__ == "__main__":
    sys.exit(main())
