"""The loop that watches the processes: passes on their output, starts crashed ones again, and stops them all."""

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from studio.launcher.child import Adopted, Child, Program, Running, spawn
from studio.launcher.errors import CannotStart, StopRequested
from studio.launcher.output import Lines, Output
from studio.launcher.restarts import CRASH_LIMIT, WINDOW_S, RestartPolicy

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_SLEEP_S = 0.5
PROBE_PAUSE_S = 0.03
KILL_PATIENCE_S = 3.0
READ_SIZE = 65_536


@dataclass
class Service:
    """A program and the process that runs it at the moment, if one does. All times are monotonic seconds."""

    program: Program
    restarts: bool = True
    process: Running | None = None
    lines: Lines | None = None
    ready: bool = False
    announced: bytes = b""
    exit_status: int | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    ask_at: float | None = None
    question: socket.socket | None = None
    policy: RestartPolicy = field(default_factory=RestartPolicy)


class Supervisor:
    """Runs programs as children of this process, in one thread."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._selector = selectors.DefaultSelector()
        self._services: dict[str, Service] = {}
        self._watchers: list[Callable[[], None]] = []
        self._stop_signals = 0
        self._stopping = False

    @contextlib.contextmanager
    def handling_signals(self) -> Iterator[None]:
        """Turn the stop signals into :class:`StopRequested`, and wake the loop when a child ends."""
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        self._selector.register(reader, selectors.EVENT_READ, lambda: _drain(reader))
        signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        handlers = {number: signal.getsignal(number) for number in (*STOP_SIGNALS, signal.SIGCHLD)}
        for number in STOP_SIGNALS:
            if (number, handlers[number]) != (signal.SIGHUP, signal.SIG_IGN):  # nohup asks to survive the terminal
                signal.signal(number, self._note_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            yield
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(-1)
            self._selector.close()
            reader.close()
            writer.close()

    def start(self, program: Program) -> None:
        """Start a program and keep it running."""
        self._services[program.name] = service = Service(program)
        self._launch(service)

    def adopt(self, program: Program, process: Adopted) -> None:
        """Watch over a process that already runs; once it ends, the program is started in its place."""
        self._services[program.name] = Service(program, process=process, ready=True, started_at=time.monotonic())

    def run_to_end(self, program: Program, meanwhile: Callable[[], None]) -> tuple[int, bytes]:
        """Run a program once, and ``meanwhile`` beside it; return the program's exit code and what it announced."""
        self._services[program.name] = service = Service(program, restarts=False)
        self._launch(service)
        meanwhile()
        while service.process is not None:
            self.turn()
        del self._services[program.name]
        return os.waitstatus_to_exitcode(service.exit_status or 0), service.announced

    def wait_until_ready(self, names: Sequence[str], timeout_s: float) -> None:
        """Watch until these programs are ready.

        Raises:
            CannotStart: one is not ready in time.
        """
        deadline = time.monotonic() + timeout_s
        while waiting := [name for name in names if not self._services[name].ready]:
            if time.monotonic() > deadline:
                raise CannotStart(f"Not ready within {timeout_s:.0f} s: {', '.join(waiting)}.")
            self.turn()

    def at_every_turn(self, watcher: Callable[[], None]) -> None:
        """Have a function called at least twice a second."""
        self._watchers.append(watcher)

    def turn(self) -> None:
        """Wait for news, at most half a second, and deal with them.

        Raises:
            StopRequested: a stop signal arrived.
            CannotStart: a program crashed too often.
        """
        now = time.monotonic()
        moments = [moment for service in self._services.values() for moment in (service.restart_at, service.ask_at)]
        sleep_s = min([LONGEST_SLEEP_S, *(moment - now for moment in moments if moment is not None)])
        for key, _ in self._selector.select(max(0.0, sleep_s)):
            key.data()
        self._reap()
        for service in list(self._services.values()):
            self._advance(service)
        for watcher in self._watchers:
            watcher()
        if self._stop_signals and not self._stopping:
            raise StopRequested

    def stop(self, phases: Sequence[tuple[Sequence[str], float]]) -> bool:
        """Stop the programs, phase by phase; one that is late is killed. A second stop signal kills all at once.

        Args:
            phases: names of programs that stop side by side, with the seconds they have. What does not run is passed
                over; what no phase names is killed at the end.

        Returns:
            Whether it was left in peace to do so: False after a second signal.
        """
        self._stopping = True
        for service in self._services.values():
            service.restart_at = service.ask_at = None
        first_signals = max(self._stop_signals, 1)
        for names, seconds in phases:
            services = [self._services[name] for name in names if name in self._services]
            self._send(services, signal.SIGTERM)
            deadline = time.monotonic() + seconds
            while any(service.process for service in services) and self._stop_signals <= first_signals:
                if time.monotonic() > deadline:
                    self._send(services, signal.SIGKILL)
                self.turn()
        deadline = time.monotonic() + KILL_PATIENCE_S
        while any(service.process for service in self._services.values()) and time.monotonic() < deadline:
            self._send(self._services.values(), signal.SIGKILL)
            self.turn()
        return self._stop_signals <= first_signals

    def _note_stop(self, *_: object) -> None:
        self._stop_signals += 1

    # --- One program ------------------------------------------------------------------------------------------------
    def _launch(self, service: Service) -> None:
        program = service.program
        child = service.process = spawn(program)
        service.started_at = time.monotonic()
        service.lines = Lines(partial(self._show, program))
        service.announced, service.restart_at = b"", None
        service.ready = program.probe is None and not program.announces
        service.ask_at = service.started_at if program.probe else None
        for descriptor, read in ((child.output, self._read_output), (child.announcement, self._read_announcement)):
            self._selector.register(descriptor, selectors.EVENT_READ, partial(read, service, child))

    def _advance(self, service: Service) -> None:
        """Do what is due for a service: notice that an adopted process ended, start again, ask whether it is ready."""
        now = time.monotonic()
        if isinstance(service.process, Adopted) and not service.process.is_alive():
            self._ended(service, "ended")
        if service.restart_at is not None and now >= service.restart_at:
            self._launch(service)
        if service.ask_at is not None and now >= service.ask_at and service.program.probe is not None:
            service.question = service.program.probe.ask()
            service.ask_at = None if service.question else now + PROBE_PAUSE_S
            if service.question is not None:
                self._selector.register(service.question, selectors.EVENT_READ, lambda: self._read_answer(service))

    def _reap(self) -> None:
        """Collect every child that ended; where the launcher is process 1 of a container, other orphans too."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                pid, status = ended
                for service in list(self._services.values()):
                    if isinstance(service.process, Child) and service.process.pid == pid:
                        service.exit_status = status
                        self._ended(service, _describe(status))

    def _ended(self, service: Service, how: str) -> None:
        process, service.process = service.process, None
        service.ready, service.ask_at = False, None
        self._drop_question(service)
        if isinstance(process, Child):
            process.kill_stragglers()
            self._read_announcement(service, process)
            while self._read_output(service, process):  # what it said last is what says why
                pass
            self._forget(process.output)
            self._forget(process.announcement)
        if self._stopping or not service.restarts:
            return
        name = service.program.name
        delay_s = service.policy.delay_after_crash(time.monotonic())
        if delay_s is None:
            raise CannotStart(
                f"{name} ended {CRASH_LIMIT} times within {WINDOW_S:.0f} s, so the studio stops. "
                f"The lines of {name} above say why."
            )
        self._output.say(f"{name} {how}; starting it again in {delay_s:.1f} s.")
        service.restart_at = time.monotonic() + delay_s

    def _became_ready(self, service: Service) -> None:
        if service.policy.has_crashes and not service.ready:
            self._output.say(f"{service.program.name} is up again.")
        service.ready = True

    def _send(self, services: Iterable[Service], number: signal.Signals) -> None:
        for service in services:
            if service.process is not None:
                service.process.send(number)

    # --- What the processes say -------------------------------------------------------------------------------------
    def _read_output(self, service: Service, child: Child) -> bool:
        """Pass on what the child wrote; False when there is nothing more for now."""
        data = self._read(child.output)
        if service.lines is not None:
            service.lines.feed(data) if data else service.lines.close()
        return bool(data)

    def _read_announcement(self, service: Service, child: Child) -> None:
        data = self._read(child.announcement)
        service.announced += data
        if data and service.program.announces:
            self._became_ready(service)

    def _read_answer(self, service: Service) -> None:
        probe, question = service.program.probe, service.question
        if probe is None or question is None:
            return
        accepted = probe.accepts(question)
        self._drop_question(service)
        if accepted:
            self._became_ready(service)
        else:
            service.ask_at = time.monotonic() + PROBE_PAUSE_S

    def _show(self, program: Program, line: str) -> None:
        if line.strip() and not any(text in line for text in program.hides):
            self._output.line(program.name, line)

    def _drop_question(self, service: Service) -> None:
        if service.question is not None:
            self._selector.unregister(service.question)
            service.question.close()
            service.question = None

    def _read(self, descriptor: int) -> bytes:
        """Read what there is; at its end the descriptor is closed and forgotten."""
        if descriptor not in self._selector.get_map():
            return b""
        try:
            data = os.read(descriptor, READ_SIZE)
        except BlockingIOError:
            return b""
        if not data:
            self._forget(descriptor)
        return data

    def _forget(self, descriptor: int) -> None:
        if descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)
            os.close(descriptor)


def _drain(reader: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while reader.recv(READ_SIZE):
            pass


def _describe(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
