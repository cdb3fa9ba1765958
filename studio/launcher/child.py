"""One child process: how it is forked, what it inherits, and how it is signalled."""

import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import setproctitle

from studio.launcher.probe import Probe

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

Announce = Callable[[bytes], None]


@dataclass(frozen=True)
class Program:
    """What to run as a child.

    Attributes:
        name: short name, shown before each line of its output.
        title: what ``ps`` shows: the command that runs the same process on its own.
        run: called in the child; it may replace the process by another program. It is given a function that tells the
            launcher it is ready, with a few bytes for the launcher to read.
        probe: how the launcher asks whether it is ready; None where it says so itself, or where nobody waits for it.
        announces: whether the launcher waits for the announcement.
        death_signal: what the kernel sends it when the launcher dies; None for a process that outlives the launcher.
        log_file: where its output goes, needed where it outlives the launcher; None for the launcher's terminal.
        hides: lines of its output that contain one of these are not shown, as they help nobody.
        inherits: file descriptors it keeps besides standard input, output and error.
    """

    name: str
    title: str
    run: Callable[[Announce], None]
    probe: Probe | None = None
    announces: bool = False
    death_signal: signal.Signals | None = signal.SIGKILL
    log_file: Path | None = None
    hides: tuple[str, ...] = ()
    inherits: tuple[int, ...] = ()


@dataclass(frozen=True)
class Running:
    """A process that runs now, the leader of its own session."""

    pid: int

    def send(self, number: signal.Signals) -> None:
        """Signal the whole process group."""
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:  # so new that it has no group of its own yet, or gone
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill_stragglers(self) -> None:
        """Kill what the ended process left in its group, such as the pool of a worker that was killed."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


@dataclass(frozen=True)
class Child(Running):
    """A child of this launcher. The two descriptors are the launcher's reading ends and do not block."""

    output: int
    announcement: int


@dataclass(frozen=True)
class Adopted(Running):
    """A process that an earlier launcher left behind on purpose; not a child, so its end must be looked for."""

    is_alive: Callable[[], bool]


def spawn(program: Program) -> Child:
    """Fork a child that runs the program in a session of its own.

    Call it from the main thread only: the kernel sends the death signal when the forking *thread* ends.
    """
    output_reader, output_writer = os.pipe()
    announcement_reader, announcement_writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    gc.freeze()  # or the child's garbage collector would write to, and so copy, every page it shares with the launcher
    launcher = os.getpid()
    # Until the child has put back the default handlers, a signal would run the launcher's, in the child.
    previous_mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        pid = os.fork()
        if pid == 0:
            _become(program, launcher, output_writer, announcement_writer)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous_mask)
    os.close(output_writer)
    os.close(announcement_writer)
    os.set_blocking(output_reader, False)
    os.set_blocking(announcement_reader, False)
    return Child(pid, output_reader, announcement_reader)


def die_with(parent: int, number: signal.Signals) -> None:
    """Have the kernel signal this process when its parent dies, however that happens."""
    _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


def exec_program(arguments: list[str], variables: dict[str, str]) -> NoReturn:
    """Replace this process by another program."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores these, and ignoring is inherited
        signal.signal(number, signal.SIG_DFL)
    os.execve(arguments[0], arguments, variables)  # noqa: S606 - no shell is what is wanted


def _become(program: Program, launcher: int, output: int, announcement: int) -> NoReturn:
    """Turn the forked copy of the launcher into the program. Nothing of the launcher runs in it after this."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if program.death_signal is not None:
            die_with(launcher, program.death_signal)
        if program.log_file is not None:
            output = os.open(program.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        _close_all_but({0, 1, 2, announcement, *program.inherits})
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        setproctitle.setproctitle(program.title)
        program.run(lambda said: _announce(announcement, said))
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            logging.shutdown()
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)  # the launcher's frames are below this one and must not be unwound here


def _announce(descriptor: int, said: bytes) -> None:
    os.write(descriptor, said)
    os.close(descriptor)


def _close_all_but(kept: set[int]) -> None:
    """Close what a fork inherits of the launcher: its lock, its sockets and its ends of the other children's pipes.

    The Python objects that own these descriptors stay referenced by the launcher's frames, which this process never
    returns to, so none of them closes a number that is used again by then.
    """
    for number in map(int, os.listdir("/proc/self/fd")):
        if number not in kept:
            with contextlib.suppress(OSError):
                os.close(number)
