"""The Monitoring tab: how many requests there are, how long they take, which of them failed, and what the replicas need."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from apps.endpoints.charts import LIVE_S, SPANS, figures_in_words, titles
from apps.endpoints.models import RequestRecord
from apps.endpoints.services.readings import scale_events_of
from apps.endpoints.services.traffic import minutes_of, total_of
from apps.endpoints.views.shared import find, frame
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_RECORDS = 25
MOST_EVENTS = 20


@workspace_page(get=Action.ENDPOINTS_READ)
def monitoring(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """Figures of a span of time, of all deployments or of one; what is drawn is drawn anew as time goes on."""
    endpoint = find(request, endpoint_name)
    context = frame(request, endpoint, "monitoring")
    key = request.GET.get("span", "")
    key = key if key in SPANS else next(iter(SPANS))
    named = {deployment.name: deployment for deployment in context["deployments"]}
    chosen = named.get(request.GET.get("deployment", ""))
    span, parts, _label = SPANS[key]
    total = total_of(minutes_of(endpoint, span=span, parts=parts, deployment=chosen))
    api = reverse("api-endpoint-figures", args=[request.workspace.name, endpoint.name])
    query = {"span": key, **({"deployment": chosen.name} if chosen else {})}
    records = RequestRecord.objects.filter(deployment__endpoint=endpoint).select_related("deployment")
    if chosen:
        records = records.filter(deployment=chosen)
    context |= {
        "facts": figures_in_words(total),
        "has_requests": bool(total.count),
        "chosen": chosen,
        "span": key,
        "spans": [{"name": name, "label": label} for name, (_span, _parts, label) in SPANS.items()],
        "figures": [_figure(what, title, f"{api}?{urlencode({'what': what, **query})}") for what, title in titles()],
        "records": records.order_by("-at", "id")[:MOST_RECORDS],
        "events": scale_events_of(endpoint, MOST_EVENTS),
        "scaled": [one for one in context["deployments"] if one.scaling],
        "logs_url": reverse("endpoints:logs", args=[request.workspace.name, endpoint.name]),
    }
    return render(request, "endpoints/monitoring.html", context)


def _figure(what: str, title: str, url: str) -> dict[str, Any]:
    return {"id": f"figure-{what}", "title": title, "props": {"url": url, "everyS": LIVE_S}}
