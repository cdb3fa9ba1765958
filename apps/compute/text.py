"""States, isolation and sizes of machines in words."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from apps.compute.models import WITHOUT_SLOT, Agent, ComputeTarget, Isolation, WorkOrder
from apps.compute.states import AgentState, WorkState
from apps.core.lists import Status

MB_PER_GB = 1024


def status_of(agent: Agent) -> Status:
    """Return an agent's state with its reason."""
    state = agent.state
    if state is AgentState.ONLINE and not agent.has_room:
        return Status("bad", _("Disk full"), _("It gets no more work until there is space on its disk."))
    if state is AgentState.ONLINE:
        return Status("ok", state.label)
    if state is AgentState.WAITING:
        return Status("idle", state.label, _("Its agent has not sent a heartbeat yet."))
    since = date_format(timezone.localtime(agent.last_seen_at), "DATETIME_FORMAT")
    reason = _("No heartbeat since %(moment)s. Is the machine on, and does its agent run?") % {"moment": since}
    return Status("bad", state.label, reason)


def isolation_tone(agent: Agent) -> str:
    """Return how good that is, as the tone of a status."""
    tones = {Isolation.BUBBLEWRAP: "ok", Isolation.UID: "warn", Isolation.NONE: "bad"}
    return tones.get(Isolation(agent.isolation), "idle")


def isolation_in_words(agent: Agent) -> str:
    """Return what the machine's isolation means for whoever runs code there, and how it gets better."""
    if agent.isolation == Isolation.BUBBLEWRAP:
        return _("Programs were shown to see neither the studio's files nor other programs.")
    if agent.isolation == Isolation.UID:
        return _(
            "Programs can be started under another user id, but can read what every user of the machine may read. "
            "For a sandbox, install bubblewrap (on Debian: apt-get install bubblewrap)."
        )
    if agent.isolation == Isolation.NONE:
        return _(
            "User code can read everything that the agent can on this machine: the studio's files, its database, "
            "other runs. For a sandbox, install bubblewrap (on Debian: apt-get install bubblewrap), or start the studio as root."
        )
    return _("Its agent has not said yet.")


def memory_in_words(agent: Agent) -> str:
    """Return used and total memory, such as “3.1 of 16 GB”."""
    return _used_of_total(agent.memory_used_mb, agent.memory_total_mb)


def disk_in_words(agent: Agent) -> str:
    """Return used and total disk space where the agent keeps its files."""
    return _used_of_total(agent.disk_used_mb, agent.disk_total_mb)


def gpus_in_words(agent: Agent) -> str:
    """Return the names of the GPUs, with their memory."""
    return ", ".join(f"{gpu['name']} ({_gb(gpu['memory_mb'], 0)} GB)" for gpu in agent.gpus)


def status_of_target(target: ComputeTarget, agents: Sequence[Agent]) -> Status:
    """Return how a target is, from the machines that serve it."""
    if target.paused_at is not None:
        return Status("warn", _("Paused"), _("Nothing new is started. What runs goes on."))
    states = {agent.state for agent in agents}
    if AgentState.ONLINE in states:
        return Status("ok", _("Ready"))
    if AgentState.SILENT in states:
        return Status("bad", _("No machine answers"), _("Is the machine on, and does its agent run?"))
    return Status("idle", _("No machine yet"), _("It begins to work when a machine's agent connects."))


def status_of_work(order: WorkOrder) -> Status:
    """Return where work that a machine has stands."""
    if order.silent_since is not None:
        since = date_format(timezone.localtime(order.silent_since), "DATETIME_FORMAT")
        return Status("bad", _("Not responding"), _("No sign of life since %(moment)s.") % {"moment": since})
    if order.cancel_requested_at is not None:
        return Status("busy", _("Being canceled"), order.cancel_reason)
    if order.state == WorkState.LEASED:
        return Status("busy", _("Starting"))
    return Status("busy", stage_in_words(order.stage) or order.get_state_display())


def stage_in_words(stage: str) -> str:
    """Return what a runner does in a stage; a stage that we do not know keeps its name."""
    known = {
        "prepare_environment": _("Preparing the environment"),
        "fetch_code": _("Fetching the code"),
        "fetch_inputs": _("Fetching the inputs"),
        "run": _("Running"),
        "upload_outputs": _("Uploading the outputs"),
        "resolve": _("Resolving the packages"),
        "install": _("Installing the packages"),
    }
    return known.get(stage, stage)


def slots_in_words(order: WorkOrder) -> str:
    """Return what work takes of a machine."""
    return _("none") if order.kind in WITHOUT_SLOT else str(order.slots)


def _used_of_total(used_mb: int, total_mb: int) -> str:
    if not total_mb:
        return ""
    return _("%(used)s of %(total)s GB") % {"used": _gb(used_mb, 1), "total": _gb(total_mb, 0)}


def _gb(size_mb: int, places: int) -> str:
    return number_format(round(size_mb / MB_PER_GB, places), places)
