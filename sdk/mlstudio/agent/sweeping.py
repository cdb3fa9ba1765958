"""Giving disk space back: environments that nothing used for long, and what a killed program left behind.

Each thing is renamed before it is removed, or was nobody's already, so this may be killed at any point and is gone on with at
the next look.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstudio.agent.work import Work
from mlstudio.runner import environment, sandbox
from mlstudio.runner import folder as folders

logger = logging.getLogger("mlstudio.agent")

MB = 1 << 20
DEFAULT_CACHE_MB = 20_000
FIRST_LOOK_S = 60.0
LOOK_S = 600.0
# What was touched since may belong to somebody who is only beginning.
LEFT_ALONE_S = 3600.0
PRUNE_WITHIN_S = 300.0
REMOVED = ".removed"
ORDERS = "????????-????-????-????-????????????-*[0-9]"


@dataclass(frozen=True)
class Kept:
    """An environment on this machine. ``used_at``: when a runner last asked for it, in seconds since 1970. ``size`` in bytes."""

    path: Path
    used_at: float
    size: int


class Sweeper:
    """Looks now and then what can go.

    Args: home: the agent's folder. work: the orders it holds. cache_mb: how much all environments together may take.
    """

    def __init__(self, home: Path, work: Work, cache_mb: int) -> None:
        self._home = home
        self._work = work
        self._cache_bytes = cache_mb * MB

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop. What goes wrong goes to the log and is tried again."""
        pause = FIRST_LOOK_S
        while not stop.wait(pause):
            pause = LOOK_S
            try:
                self.look()
            except Exception:
                logger.exception("Disk space could not be given back.")

    def look(self) -> None:
        """Remove what can go now."""
        common = sandbox.common_home(self._home)
        self._remove_left_overs(common)
        if self._remove_environments(common / "environments"):
            _prune_cache(common)

    def _remove_environments(self, everywhere: Path) -> bool:
        """Remove the environments that were not used for the longest time, until the others fit. Returns whether any went."""
        kept = sorted(_kept_in(everywhere), key=lambda each: each.used_at)
        total = sum(each.size for each in kept)
        has_removed = False
        for each in kept:
            if total <= self._cache_bytes:
                break
            if time.time() - each.used_at < LEFT_ALONE_S or not self._take_away(each.path):
                continue
            unused_h = (time.time() - each.used_at) / 3600
            logger.info(
                "Removed the environment %s (%d MB), which nothing had used for %d h: all of them took %d MB of %d.",
                each.path.name[:12],
                each.size // MB,
                unused_h,
                total // MB,
                self._cache_bytes // MB,
            )
            total -= each.size
            has_removed = True
        return has_removed

    def _take_away(self, path: Path) -> bool:
        """Remove an environment, unless an order here needs it or it is being made. Returns whether it went."""
        gone = path.with_name(f"{path.name}{REMOVED}")
        with self._work.undisturbed() as orders, _locked(path.with_name(f"{path.name}.lock")) as is_ours:
            if not is_ours or any(_digest_of(order) == path.name for order in orders):
                return False
            path.rename(gone)  # whoever takes an order from now on finds nothing, and makes it anew
        folders.remove(gone)
        path.with_name(f"{path.name}.size").unlink(missing_ok=True)  # its lock stays: somebody may wait for it
        return True

    def _remove_left_overs(self, common: Path) -> None:
        """Remove what killed runners, builds and agents left: half environments, and folders of orders that are over."""
        everywhere = common / "environments"
        for path in [*everywhere.glob(f"*{REMOVED}"), *everywhere.glob("*.draft")]:
            digest = path.name.partition(".")[0]
            with _locked(everywhere / f"{digest}.lock") as is_ours:
                if is_ours:
                    folders.remove(path)
                    logger.info("Removed %s, which was left half done.", path.name)
        with self._work.undisturbed() as orders:
            held = {f"{order['id']}-{order['attempt']}" for order in orders}
            for path in [*(self._home / "work").glob(ORDERS), *common.glob(ORDERS)]:
                if path.name not in held and not (path / "order.json").exists() and _is_old(path):
                    path.rename(path.with_name(f"{path.name}{REMOVED}"))
        for path in [*(self._home / "work").glob(f"*{REMOVED}"), *common.glob(f"*{REMOVED}")]:
            folders.remove(path)
            logger.info("Removed the folder %s of work that is over.", path.name.removesuffix(REMOVED))
        for path in common.glob("resolve-*"):
            if _is_old(path):
                folders.remove(path)


def _kept_in(everywhere: Path) -> Iterator[Kept]:
    """Yield the environments there are. How large one is is found out once and kept beside it."""
    for path in sorted(everywhere.iterdir()) if everywhere.is_dir() else ():
        if "." in path.name or not path.is_dir():
            continue
        note = path.with_name(f"{path.name}.size")
        try:
            size = int(note.read_text())
        except (OSError, ValueError):
            size = environment.size_of(path)
            note.write_text(str(size))
        yield Kept(path, environment.used_at(path), size)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Say whether nobody makes this environment, and keep others from beginning to."""
    with path.open("a") as guard:
        try:
            fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _digest_of(order: dict[str, Any]) -> str:
    return str(((order.get("spec") or {}).get("environment") or {}).get("digest") or "")


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > LEFT_ALONE_S
    except FileNotFoundError:
        return False


def _prune_cache(common: Path) -> None:
    """Remove what uv keeps of packages for later; environments that are there have it by links of their own."""
    command = [environment.find_uv(), "cache", "prune", "--ci", "--quiet", "--cache-dir", str(common / "uv-cache")]
    try:
        subprocess.run(command, timeout=PRUNE_WITHIN_S, capture_output=True, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        logger.warning("uv's cache is in use; it is looked at again later.")
