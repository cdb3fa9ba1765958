"""Where a command sees what: the sandbox's folders, and the program that makes it.

With bubblewrap the command sees the system's programs, its interpreter, its environment and its own folders, and nothing
else of the machine. As another user without bubblewrap it sees what that user may read. Otherwise nothing is hidden.
"""

from __future__ import annotations

import fcntl
import glob
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlstudio.agent import isolation
from mlstudio.runner import inside
from mlstudio.runner.folder import WorkFolder

FIRST_UID = 200_000
FIRST_SMALL_UID = 60_000  # where this machine maps no others, as in some containers
MOST_UIDS = 1000
UID_LOCKS = Path("/run/lock/mlstudio-uids")
OPEN_HOMES = Path("/var/tmp")  # noqa: S108 - only root makes folders there, and looks whose they are
DEFAULT_PROCESSES = 4096
SYSTEM_FOLDERS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
# What programs need of /etc to find libraries, certificates, hosts, time and fonts.
ETC = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "ssl",
    "ca-certificates",
    "ca-certificates.conf",
    "pki",
    "resolv.conf",
    "hosts",
    "host.conf",
    "gai.conf",
    "nsswitch.conf",
    "localtime",
    "timezone",
    "alternatives",
    "fonts",
    "mime.types",
    "protocols",
    "services",
    "OpenCL",
    "locale.conf",
)
INPUTS = "inputs"
PACKAGE_PARENT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Layout:
    """The paths of a run as its command sees them; ``inputs`` is empty where it sees them where they lie."""

    code: str
    home: str
    temporary: str
    events: str
    files: str
    sdk: str
    environment: str
    inputs: str


def layout(kind: str, folder: WorkFolder, environment: Path) -> Layout:
    """Return where things are for a command in a sandbox of this kind."""
    if kind == "bubblewrap":
        return Layout(
            code="/studio/code",
            home="/home/run",
            temporary="/tmp",  # noqa: S108 - its own
            events="/studio/events/events.ndjson",
            files="/studio/files",
            sdk="/studio/sdk",
            environment="/studio/environment",
            inputs="/studio/inputs",
        )
    run = os.path.realpath(folder.run)
    return Layout(
        code=f"{run}/code",
        home=f"{run}/home",
        temporary=f"{run}/tmp",  # noqa: S108 - its own
        events=f"{run}/events/events.ndjson",
        files=f"{run}/files",
        sdk=f"{run}/sdk",
        environment=str(environment),
        inputs="",
    )


def open_home(home: Path) -> Path:
    """Return the folder of an agent that other users can reach into; it need not be there."""
    return OPEN_HOMES / f"mlstudio-{hashlib.sha256(str(home).encode()).hexdigest()[:16]}"


def common_home(home: Path) -> Path:
    """Return a folder for what runs use together: the agent's, or one that other users can reach where they must."""
    if isolation.probe().kind != "uid":
        return home
    path = open_home(home)
    path.mkdir(mode=0o711, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != 0:
        raise RuntimeError(f"{path} is not ours; remove it")
    path.chmod(0o711)
    return path


def prepare_run_folder(kind: str, folder: WorkFolder, home: Path) -> None:
    """Make the folder that holds all a command sees of its order: in the order's own, or where another user can reach it."""
    if kind != "uid":
        folder.run.mkdir(mode=0o755, exist_ok=True)
    elif not folder.run.is_symlink():
        place = common_home(home) / folder.name
        place.mkdir(mode=0o750, exist_ok=True)
        folder.run.symlink_to(place)
    if kind != "bubblewrap":
        shutil.copytree(PACKAGE_PARENT / "mlstudio", folder.run / "sdk" / "mlstudio", dirs_exist_ok=True)


def take_uid() -> tuple[int, int] | None:
    """Choose a user id that no other run on this machine has now.

    Returns: the id, and a descriptor that keeps it taken while it is open in any process; None unless we are root.
    """
    if os.geteuid() != 0:
        return None
    UID_LOCKS.mkdir(mode=0o700, parents=True, exist_ok=True)
    first = FIRST_UID if _is_mapped(FIRST_UID + MOST_UIDS) else FIRST_SMALL_UID
    for uid in range(first, first + MOST_UIDS):
        descriptor = _lock(uid)
        if descriptor is not None:
            return uid, descriptor
    raise RuntimeError(f"all {MOST_UIDS} user ids for runs are in use")


def end_all_of(uid: int) -> None:
    """Kill what a run left behind whose keeper was killed, unless another run has its user id by now."""
    descriptor = _lock(uid)
    if descriptor is not None:
        inside.kill_all_of(uid)
        os.close(descriptor)


def _lock(uid: int) -> int | None:
    descriptor = os.open(UID_LOCKS / str(uid), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def make_folders(folder: WorkFolder, uid: int | None) -> None:
    """Make what the command may write to, and give it to the user that it will run as."""
    for path in (folder.code, folder.code / "outputs", folder.code / "logs", folder.logged_files):
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
    for name in ("home", "tmp"):
        (folder.run / name).mkdir(mode=0o700, exist_ok=True)
    folder.events.parent.mkdir(exist_ok=True)
    folder.events.touch(mode=0o600)
    if uid is None:
        return
    for parent, folders, files in os.walk(folder.run):
        if Path(parent) == folder.run and INPUTS in folders:
            folders.remove(INPUTS)  # what it reads stays ours, so that it cannot write to it
        for name in (*folders, *files):
            os.chown(os.path.join(parent, name), uid, uid, follow_symlinks=False)
    # These two stay ours, so that the command cannot put another file in place of the one that is read.
    os.chown(folder.run, 0, uid)
    folder.run.chmod(0o750)
    os.chown(folder.events.parent, 0, 0)


def command_line(
    kind: str,
    folder: WorkFolder,
    where: Layout,
    command: list[str],
    *,
    uid: int | None,
    processes: int | None,
    shown: list[Path],
    inputs: Mapping[str, Path] | None = None,
    bound: Mapping[str, Path] | None = None,
) -> list[str]:
    """Return the program that runs a command in a sandbox.

    Args: uid: who to become, None where we are not root. processes: most of them at once. shown: further folders of the
        machine to be seen read-only, such as the interpreter's; the environment is the first of them. inputs: folders of the data
        that the command reads, by name. bound: folders to be seen under another name, by that name, and written to as far as
        the command's user may.
    """
    is_alone = kind == "bubblewrap"
    limit = processes or DEFAULT_PROCESSES
    plan = {"command": command, "cwd": where.code, "uid": uid, "processes": limit, "is_alone": is_alone}
    argument = json.dumps(plan)
    script = "import sys; sys.path.insert(0, sys.argv[1]); from mlstudio.runner.inside import main; main(sys.argv[2])"
    first = [os.path.realpath(sys.executable), "-I", "-S", "-c", script, where.sdk, argument]
    return [*_bubblewrap(folder, where, uid, shown, inputs or {}, bound or {}), "--", *first] if is_alone else first


def _bubblewrap(
    folder: WorkFolder,
    where: Layout,
    uid: int | None,
    shown: list[Path],
    inputs: Mapping[str, Path],
    bound: Mapping[str, Path],
) -> list[str]:
    program = [shutil.which("bwrap") or "bwrap", "--die-with-parent", "--new-session", "--as-pid-1"]
    program += ["--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "run"]
    if uid is not None:
        # Only what it takes to become the run's own user; that one has none.
        program += ["--cap-drop", "ALL"]
        for capability in ("CAP_SETUID", "CAP_SETGID"):
            program += ["--cap-add", capability]
    program += ["--ro-bind", "/usr", "/usr"]
    for path in SYSTEM_FOLDERS:
        if os.path.islink(path):
            program += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            program += ["--ro-bind", path, path]
    for name in ETC:
        program += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    for name, content in _accounts(uid).items():
        source = folder.path / name
        source.write_text(content)
        program += ["--ro-bind", str(source), f"/etc/{name}"]
    program += ["--dev", "/dev", "--perms", "1777", "--tmpfs", "/dev/shm", "--proc", "/proc"]  # noqa: S108
    for device in glob.glob("/dev/nvidia*"):
        program += ["--dev-bind-try", device, device]
    program += ["--ro-bind-try", "/sys/devices/system", "/sys/devices/system"]
    interpreter = Path(os.path.realpath(sys.executable)).parents[1]
    binds = [
        ("--ro-bind", path, str(path)) for path in dict.fromkeys([interpreter, *shown[1:]]) if not _is_system(path)
    ]
    run = folder.run
    binds += [
        ("--ro-bind", shown[0], where.environment),
        ("--ro-bind", PACKAGE_PARENT / "mlstudio", f"{where.sdk}/mlstudio"),
        *(("--ro-bind", place, f"{where.inputs}/{name}") for name, place in inputs.items()),
        ("--bind", folder.code, where.code),
        ("--bind", run / "home", where.home),
        ("--bind", run / "tmp", where.temporary),
        ("--bind", folder.logged_files, where.files),
        ("--bind", folder.events.parent, os.path.dirname(where.events)),
        *(("--bind", source, name) for name, source in bound.items()),
    ]
    # It would make the folders above these for its own user alone.
    above = {str(parent): None for _, _, target in binds for parent in reversed(Path(target).parents)}
    for path in above:
        program += ["--perms", "0755", "--dir", path] if path != "/" else []
    for option, source, target in binds:
        program += [option, str(source), target]
    program += ["--perms", "0755", "--dir", "/var", "--symlink", "../tmp", "/var/tmp"]  # noqa: S108 - its own
    return [*program, "--remount-ro", "/", "--chdir", "/"]


def _is_system(path: Path) -> bool:
    return path == Path("/usr") or Path("/usr") in path.parents


def _accounts(uid: int | None) -> dict[str, str]:
    number = os.getuid() if uid is None else uid
    return {
        "passwd": f"root:x:0:0::/:/bin/sh\nrun:x:{number}:{number}::/home/run:/bin/sh\n",
        "group": f"root:x:0:\nrun:x:{number}:\n",
    }


def _is_mapped(uid: int) -> bool:
    """Return whether this number is a user here at all."""
    try:
        rows: list[Any] = [list(map(int, row.split())) for row in Path("/proc/self/uid_map").read_text().splitlines()]
    except OSError:
        return True
    return any(inside <= uid < inside + count for inside, _, count in rows)
