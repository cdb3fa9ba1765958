"""How well this machine can keep user code apart, found out by trying."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

TRIAL_TIMEOUT_S = 10
NOBODY = 65_534


@dataclass(frozen=True)
class Isolation:
    """What was found. ``kind``: bubblewrap, uid or none. ``detail``: version, or why nothing better works; in English."""

    kind: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """Return it as it is sent to the studio."""
        return asdict(self)


def is_accepted_here() -> bool:
    """Return whether the agent's own settings accept that user code can read everything: ``STUDIO_ALLOW_UNISOLATED=1``."""
    return os.environ.get("STUDIO_ALLOW_UNISOLATED") == "1"


def probe() -> Isolation:
    """Try bubblewrap, then another user id, with a real program each; the first that works is what runs will get."""
    bubblewrap = shutil.which("bwrap")
    trouble = _try_bubblewrap(bubblewrap) if bubblewrap else "bubblewrap is not installed"
    if bubblewrap and not trouble:
        return Isolation("bubblewrap", _output_of([bubblewrap, "--version"]))
    if os.geteuid() != 0:
        return Isolation("none", trouble)
    uid_trouble = _try_other_uid()
    return Isolation("none", f"{trouble}; {uid_trouble}") if uid_trouble else Isolation("uid", trouble)


def _try_bubblewrap(bubblewrap: str) -> str:
    """Run a shell in a sandbox that must not see a folder of ours, nor our processes. Returns what went wrong, or ""."""
    with tempfile.TemporaryDirectory(prefix="studio-probe-") as folder:
        (Path(folder) / "witness").touch()
        command = [bubblewrap, "--unshare-pid", "--unshare-ipc", "--die-with-parent", "--new-session"]
        command += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", folder, "--"]
        command += ["/bin/sh", "-c", 'test ! -e "$1/witness" && test "$(readlink /proc/self/ns/pid)" != "$2"', "sh"]
        command += [folder, os.readlink("/proc/self/ns/pid")]
        try:
            trial = subprocess.run(command, capture_output=True, text=True, timeout=TRIAL_TIMEOUT_S, check=False)  # noqa: S603
        except (OSError, subprocess.SubprocessError) as error:
            return f"bubblewrap cannot be run: {error}"
    if trial.returncode == 0:
        return ""
    said = trial.stderr.strip().splitlines()
    return said[-1] if said else "bubblewrap runs, but its sandbox hides nothing"


def _try_other_uid() -> str:
    try:
        subprocess.run(["/bin/sh", "-c", ":"], user=NOBODY, timeout=TRIAL_TIMEOUT_S, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        return f"programs cannot be started under another user id: {error}"
    return ""


def _output_of(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=TRIAL_TIMEOUT_S, check=False).stdout.strip()  # noqa: S603
