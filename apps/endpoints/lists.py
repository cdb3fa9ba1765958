"""Endpoints as a list."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.core.lists import Column, StudioList
from apps.endpoints.filters import EndpointFilter
from apps.endpoints.models import Endpoint
from apps.endpoints.text import status_of_all


def endpoint_title(endpoint: Endpoint) -> SafeString:
    """Return the name as a link, and what it is for below."""
    link = format_html('<a class="table-title" href="{}">{}</a>', endpoint.get_absolute_url(), endpoint.name)
    if not endpoint.description:
        return link
    first = endpoint.description.splitlines()[0]
    return format_html('{}<div class="muted small truncate" title="{}">{}</div>', link, first, first)


def _models(endpoint: Endpoint) -> str:
    revisions = (deployment.revision or deployment.candidate for deployment in endpoint.deployments.all())
    return ", ".join(sorted({revision.model_name for revision in revisions if revision and revision.model_name}))


def _traffic(endpoint: Endpoint) -> str:
    return ", ".join(f"{name} {share} %" for name, share in sorted(endpoint.traffic.items()))


class EndpointList(StudioList):
    """The endpoints of a workspace, with their deployments fetched beforehand."""

    key = "endpoints"
    title = _("Endpoints")
    columns = (
        Column("name", _("Endpoint"), sort="name", render=endpoint_title, fixed=True),
        Column("state", _("State"), value=lambda row: status_of_all(row.deployments.all()), kind="status"),
        Column("model", _("Model"), value=_models, kind="code"),
        Column("traffic", _("Traffic"), value=_traffic),
        Column("auth_mode", _("Authentication"), value=lambda row: row.get_auth_mode_display()),
        Column("created_at", _("Created"), sort="created_at", kind="time"),
        Column("created_by", _("Created by"), value="created_by.display_name"),
        Column("tags", _("Tags"), kind="tags", shown=False),
    )
    default_sort = ("-created_at",)
    search_fields = ("name", "description")
    search_hint = _("Search endpoints")
    filterset_class = EndpointFilter
    related = ("workspace", "created_by")
    refresh_on = ("endpoints.changed",)
