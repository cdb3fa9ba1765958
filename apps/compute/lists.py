"""Machines, targets and a target's queue as lists."""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from apps.compute.filters import AgentFilter, QueueFilter
from apps.compute.hooks import WorkLink, work_links
from apps.compute.models import Agent, WorkOrder
from apps.compute.services import waiting_reasons
from apps.compute.text import disk_in_words, gpus_in_words, memory_in_words, slots_in_words, status_of, status_of_target
from apps.core.lists import Column, StudioList
from apps.core.lists.keyset import Slice, SortKey


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


def links_of(orders: list[WorkOrder]) -> dict[Any, WorkLink]:
    """Return the pages of what orders are the work of, by the order's id; asked once for all."""
    return {pk: link for found in work_links(orders) for pk, link in found.items()}


def work_title(order: WorkOrder) -> str:
    """Return what the work is called, as a link to its page where there is one; the link was put on the row."""
    link: WorkLink | None = order.link  # type: ignore[attr-defined]
    if link is None:
        return format_html('<span class="table-title">{}</span>', order.title)
    return format_html('<a class="table-title" href="{}">{}</a>', link.url, link.title)


class TargetList(StudioList):
    """The compute targets of a workspace. The view annotates ``waiting`` and ``running`` and gives the machines as ``extra``."""

    key = "compute-targets"
    title = _("Compute targets")
    columns = (
        Column(
            "name",
            _("Target"),
            sort="name",
            fixed=True,
            link=lambda target: reverse("compute:target", args=[target.workspace.name, target.pk]),
        ),
        Column(
            "state",
            _("State"),
            value=lambda target: status_of_target(target, target.agents),
            kind="status",
            exported=False,
        ),
        Column("running", _("Running"), kind="number"),
        Column("waiting", _("Waiting"), kind="number"),
        Column("max_running", _("Most at once"), sort="max_running", nullable=True, kind="number"),
        Column("kind", _("Kind"), value=lambda target: target.get_kind_display()),
        Column("description", _("Description")),
        Column("created_at", _("Created"), sort="created_at", kind="time", shown=False),
    )
    default_sort = ("name",)
    search_fields = ("name", "description")
    search_hint = _("Search targets")
    related = ("workspace",)
    refresh_on = ("work.changed", "machines.changed")

    @cached_property
    def slice(self) -> Slice:
        """The rows of this page, each with its machines."""
        page = super().slice
        machines_of = self.extra
        for target in page.rows:
            target.agents = machines_of(target)
        return page


class QueueList(StudioList):
    """The work that waits for a target, in the order in which it gets a machine."""

    key = "compute-queue"
    title = _("Queue")
    columns = (
        Column("title", _("Work"), value="title", render=work_title, fixed=True),
        Column("kind", _("Kind"), value=lambda order: order.get_kind_display()),
        Column("reason", _("Waits because"), value=lambda order: capfirst(order.waits_because), exported=False),
        Column("priority", _("Priority"), kind="number"),
        Column("created_at", _("Waiting since"), sort="created_at", kind="time"),
        Column("requested_by", _("By"), value=lambda order: order.requested_by and order.requested_by.display_name),
        Column("slots", _("Slots"), value=slots_in_words, shown=False),
        Column("attempt", _("Attempts so far"), kind="number", shown=False),
    )
    default_sort = ("created_at",)
    search_fields = ("title",)
    search_hint = _("Search the queue")
    filterset_class = QueueFilter
    related = ("target__workspace", "requested_by")
    refresh_on = ("work.changed",)

    @property
    def _sort_keys(self) -> list[SortKey]:
        """Unless somebody sorts, as the queue goes. No column sorts by priority alone: that order has no index."""
        return super()._sort_keys if self.state.sort else [SortKey("priority", descending=True), SortKey("created_at")]

    @cached_property
    def slice(self) -> Slice:
        """The rows of this page, each with its link and with the reason why it waits."""
        page = super().slice
        reasons, links = waiting_reasons(page.rows), links_of(page.rows)
        for order in page.rows:
            order.waits_because, order.link = reasons.get(order.pk, ""), links.get(order.pk)
        return page
