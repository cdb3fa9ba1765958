"""A launcher for tests: supervises small shell commands with the real supervisor.

``python stage.py <json>``: names and what to run, such as ``{"sleeper": {"shell": "sleep 60", "phase": 0}}``. One with a
``log`` outlives the launcher. Prints ``READY`` once all are started, and ends like the real launcher does.
"""

import json
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from studio.launcher.child import Program, exec_program
from studio.launcher.errors import CannotStart, StopRequested
from studio.launcher.output import Output
from studio.launcher.supervise import Supervisor


def main() -> int:
    plan = json.loads(sys.argv[1])
    output = Output(sys.stdout)
    supervisor = Supervisor(output)
    code = 0
    with supervisor.handling_signals():
        try:
            for name, entry in plan.items():
                supervisor.start(_program(name, entry))
            supervisor.wait_until_ready(list(plan), 10)
            output.announce("READY")
            while True:
                supervisor.turn()
        except StopRequested:
            pass
        except CannotStart as reason:
            print(reason, file=sys.stderr)
            code = 1
        phases = sorted({entry.get("phase", 0) for entry in plan.values()})
        groups = [[name for name, entry in plan.items() if entry.get("phase", 0) == phase] for phase in phases]
        in_peace = supervisor.stop([(group, 2.0) for group in groups])
    return code if in_peace else 130


def _program(name: str, entry: dict) -> Program:
    command = ["/bin/sh", "-c", entry["shell"]]
    return Program(
        name=name,
        title=name,
        run=lambda _: exec_program(command, {"PATH": "/usr/bin:/bin"}),
        death_signal=None if "log" in entry else signal.SIGKILL,
        log_file=Path(entry["log"]) if "log" in entry else None,
    )


sys.exit(main())
