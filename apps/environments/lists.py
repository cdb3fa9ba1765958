"""Environments as a list, and the runs that used one."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.lists import Column, Status, StudioList
from apps.environments.filters import EnvironmentFilter
from apps.environments.models import Environment
from apps.environments.text import kind_of, status_of
from apps.experiments.lists import RunList

MOST_COUNTED = 1000


def environment_title(environment: Environment) -> SafeString:
    """Return the name as a link, and what it is for below."""
    link = format_html('<a class="table-title" href="{}">{}</a>', environment.get_absolute_url(), environment.name)
    if not environment.description:
        return link
    first = environment.description.splitlines()[0]
    return format_html('{}<div class="muted small truncate" title="{}">{}</div>', link, first, first)


class EnvironmentList(StudioList):
    """The environments of a workspace, each in its latest version. The view annotates ``name_key``."""

    key = "environments"
    title = _("Environments")
    columns = (
        Column("name", _("Environment"), sort="name_key", render=environment_title, fixed=True),
        Column("state", _("State"), value=lambda row: _status(row), kind="status"),
        Column("version", _("Latest version"), value="latest.number", kind="number"),
        Column("kind", _("Origin"), value=kind_of),
        Column("python", _("Python"), value=lambda row: _recipe(row).get("python"), kind="code"),
        Column("packages", _("Packages"), value=lambda row: _packages(row), kind="number"),
        Column("size", _("Size"), value=lambda row: (_build(row).size or None) if row.latest else None, kind="bytes"),
        Column("created_at", _("Created"), sort="created_at", kind="time"),
        Column("created_by", _("Created by"), value="created_by.display_name", shown=False),
        Column("tags", _("Tags"), kind="tags", shown=False),
    )
    default_sort = ("name",)
    search_fields = ("name", "description")
    search_hint = _("Search environments")
    filterset_class = EnvironmentFilter
    related = ("workspace", "created_by", "latest__build__run__order__target__workspace")
    refresh_on = ("environments.changed",)


class EnvironmentRunList(RunList):
    """The runs that used an environment."""

    key = "environment-runs"

    @property
    def count_cap(self) -> int:
        """Stop counting early: an environment that everybody uses has most runs of the workspace."""
        return MOST_COUNTED


def _build(environment: Environment) -> Any:
    return environment.latest.build if environment.latest else None


def _recipe(environment: Environment) -> dict[str, Any]:
    recipe: dict[str, Any] = environment.latest.recipe if environment.latest else {}
    return recipe


def _status(environment: Environment) -> Status | None:
    return status_of(environment.latest.build) if environment.latest else None


def _packages(environment: Environment) -> int | None:
    """Return how many there are once it is built; what was asked for says little of that."""
    build = _build(environment)
    return len(build.packages) if build is not None and build.digest else None
