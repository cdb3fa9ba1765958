"""Machines as a list."""

from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.compute.filters import AgentFilter
from apps.compute.models import Agent
from apps.compute.text import disk_in_words, gpus_in_words, memory_in_words, status_of
from apps.core.lists import Column, StudioList


def machine_title(agent: Agent) -> str:
    """Return the name as a link to the machine's page, which the view put on the row, and the host's name below."""
    url = agent.get_absolute_url_in(agent.shown_in)  # type: ignore[attr-defined]
    link = format_html('<a class="table-title" href="{}">{}</a>', url, agent.name)
    return format_html('{}<br><span class="muted small">{}</span>', link, agent.hostname) if agent.hostname else link


class MachineList(StudioList):
    """The machines that work for the studio. The view annotates ``shown_in``, the name of the workspace."""

    key = "machines"
    title = _("Machines")
    columns = (
        Column("name", _("Machine"), sort="name", render=machine_title, fixed=True),
        Column("state", _("State"), value=status_of, kind="status"),
        Column("cores", _("Cores"), sort="cores", kind="number"),
        Column("memory", _("Memory in use"), value=memory_in_words),
        Column("gpus", _("GPUs"), value=gpus_in_words, shown=False),
        Column("isolation", _("Isolation"), value=lambda agent: agent.get_isolation_display(), sort="isolation"),
        Column("last_seen_at", _("Last seen"), sort="last_seen_at", nullable=True, kind="time"),
        Column("version", _("Version"), sort="version", kind="code"),
        Column("load", _("Load"), sort="load", kind="number", shown=False),
        Column("disk", _("Disk in use"), value=disk_in_words, shown=False),
        Column("system", _("System"), shown=False),
        Column("python_version", _("Python"), kind="code", shown=False),
        Column("created_at", _("Known since"), sort="created_at", kind="time", shown=False),
    )
    default_sort = ("name",)
    search_fields = ("name", "hostname")
    search_hint = _("Search machines")
    filterset_class = AgentFilter
    refresh_on = ("machines.changed",)
