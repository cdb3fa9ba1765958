"""``manage.py up``: the order in which the studio starts and stops."""

import json
import sys
import time

from studio.environment import Environment
from studio.launcher import broker, programs
from studio.launcher.agent import start_agent
from studio.launcher.errors import CannotStart, StopRequested
from studio.launcher.lock import hold_home
from studio.launcher.output import Output
from studio.launcher.ports import open_ports
from studio.launcher.supervise import Supervisor

BROKER_TIMEOUT_S = 60  # a long log of unsent work takes a while to load
READY_TIMEOUT_S = 120
KILLED = 130

# First what starts work and whoever runs it, so that the web is still there to be told how the runs ended: the agent gives
# them six seconds for that. The broker last, because all others use it. Together less than ten seconds.
STOP_PHASES = ((("prepare", "agent", "beat", "worker"), 6.5), (("web", "gateway"), 2.4), (("valkey",), 1.0))


def up(environment: Environment) -> int:
    """Run the studio until it is told to stop; return the exit code of the process.

    Call it from the main thread, before anything has opened a database connection or started a thread.
    """
    output = Output(sys.stdout)
    supervisor = Supervisor(output)
    with supervisor.handling_signals():
        code = 0
        try:
            _start(environment, supervisor, output)
            while True:
                supervisor.turn()
        except StopRequested:
            output.say("Stopping; once more to stop at once.")
        except CannotStart as reason:
            print(reason, file=sys.stderr, flush=True)
            code = 1
        in_peace = supervisor.stop(STOP_PHASES)
    if not in_peace:
        return KILLED
    if code == 0:
        output.say("Stopped.")
    return code


def _start(environment: Environment, supervisor: Supervisor, output: Output) -> None:
    started_at = time.monotonic()
    hold_home(environment.home, environment.url)
    site, gateway = open_ports(environment)
    if environment.uses_embedded_broker:
        broker.wait_for_predecessor(environment)
        supervisor.start(programs.valkey(environment))
        supervisor.wait_until_ready(["valkey"], BROKER_TIMEOUT_S)
    programs.share_pages()
    code, answer = supervisor.run_to_end(programs.prepare(environment), meanwhile=programs.share_tasks)
    if code != 0:
        raise CannotStart("The studio was not started: preparing its database failed, see above.")
    prepared = json.loads(answer)

    supervisor.start(programs.web(environment, site))
    supervisor.start(programs.gateway(environment, gateway))
    supervisor.start(programs.worker())
    supervisor.start(programs.beat())
    start_agent(environment, supervisor, output)
    supervisor.wait_until_ready(["web", "gateway", "worker"], READY_TIMEOUT_S)

    output.say(f"Started in {time.monotonic() - started_at:.1f} s. Ctrl-C stops the studio.")
    if prepared["sign_in_link"]:
        output.say("Nobody has signed in as admin yet. This link does so, once:")
        output.announce(prepared["sign_in_link"])
    output.announce(f"READY {environment.url}/")
