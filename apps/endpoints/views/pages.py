"""The tabs of an endpoint that only show."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.keys import PRIMARY, SECONDARY
from apps.core.markdown import render_markdown
from apps.endpoints import services
from apps.endpoints.addresses import scoring_url, swagger_url
from apps.endpoints.file_parts import cores_written
from apps.endpoints.models import Deployment, Endpoint, Replica
from apps.endpoints.samples import sample_of
from apps.endpoints.services.placing import LOG
from apps.endpoints.snippets import snippets
from apps.endpoints.states import AuthMode, ReplicaState, RevisionState
from apps.endpoints.text import REPLICA_TONES, collected_in_words, sentence, status_of
from apps.endpoints.views.shared import find, frame
from apps.experiments.logs.searching import search
from apps.experiments.models import RunLog
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action

MOST_ENDED = 5
MOST_REPLICAS = 30
# In so many logs a request is looked for.
MOST_SEARCHED = 8


@workspace_page(get=Action.ENDPOINTS_READ)
def details(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """What answers, who gets the traffic, and how it stands."""
    endpoint = find(request, endpoint_name)
    context = frame(request, endpoint, "endpoint")
    context |= {
        "description": render_markdown(endpoint.description) if endpoint.description else "",
        "cards": [_card(deployment) for deployment in context["deployments"]],
        "scoring_url": scoring_url(endpoint),
        "swagger_url": swagger_url(endpoint),
        "shares": [
            {
                "name": deployment.name,
                "share": endpoint.traffic.get(deployment.name, 0),
                "mirror": endpoint.mirror.get(deployment.name, 0),
            }
            for deployment in context["deployments"]
        ],
    }
    return render(request, "endpoints/details.html", context)


@workspace_page(get=Action.ENDPOINTS_READ)
def consume(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """The address, the keys, and code that calls it."""
    endpoint = find(request, endpoint_name)
    context = frame(request, endpoint, "consume")
    first = next(iter(sorted(context["deployments"], key=lambda one: -endpoint.traffic.get(one.name, 0))), None)
    sample = sample_of(first.shown_revision if first else None)
    context |= {
        "scoring_url": scoring_url(endpoint),
        "swagger_url": swagger_url(endpoint),
        "snippets": snippets(scoring_url(endpoint), sample.text, first.name if first else "blue"),
        "is_guessed": sample.is_guessed,
        "keys": _keys(request, endpoint) if context["may_see_keys"] and endpoint.auth_mode == AuthMode.KEY else [],
        "token_url": reverse("api-endpoint-token", args=[request.workspace.name, endpoint.name]),
    }
    return render(request, "endpoints/consume.html", context)


@workspace_page(get=Action.ENDPOINTS_READ)
def logs(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """What the servers write, each by itself; ``?request=`` finds the one that answered a request, and its lines there."""
    endpoint = find(request, endpoint_name)
    context = frame(request, endpoint, "logs")
    rows = Replica.objects.filter(deployment__endpoint=endpoint, run__isnull=False)
    found = list(rows.select_related("deployment", "revision", "run__order").order_by("-created_at")[:MOST_REPLICAS])
    found.sort(key=lambda one: not one.is_open)
    wanted, request_id = request.GET.get("replica", ""), request.GET.get("request", "").replace("\x00", "")[:100]
    chosen = next((one for one in found if str(one.pk) == wanted), None)
    if chosen is None and request_id:
        chosen = next((one for one in found[:MOST_SEARCHED] if _mentions(one, request_id)), None)
        context["is_missing"] = chosen is None
    chosen = chosen or next(iter(found), None)
    if chosen is not None:
        base = f"workspaces/{request.workspace.name}/endpoints/{endpoint.name}/replicas/{chosen.pk}/logs/"
        context["why"] = sentence(chosen.words)
        context["log_props"] = {
            "api": f"/api/v1/{base}",
            "socket": f"/ws/{base}",
            "path": "",
            "ended": not chosen.is_open,
            "downloadUrl": f"/api/v1/{base}content/",
            "query": request_id,
        }
    context |= {"replicas": [_shown(one) for one in found], "chosen": chosen, "request_id": request_id}
    return render(request, "endpoints/logs.html", context)


def _mentions(replica: Replica, request_id: str) -> bool:
    """Whether the log of a server has a line of a request."""
    log = RunLog.objects.filter(run=replica.run_id, path=LOG).first()
    return log is not None and bool(search(log, request_id, most=1, by_case=True).found)


def _keys(request: WorkspaceRequest, endpoint: Endpoint) -> list[tuple[str, str, str]]:
    """Return what each key is, what it is called, and its value."""
    keys = services.keys_of(actor=request.user, endpoint=endpoint)
    return [(PRIMARY, _("Primary key"), keys.primary), (SECONDARY, _("Secondary key"), keys.secondary)]


def _card(deployment: Deployment) -> dict[str, Any]:
    """Return a deployment as the page shows it."""
    rows = (
        Replica.objects.filter(deployment=deployment).select_related("revision", "run__order").order_by("-created_at")
    )
    open_ones = list(rows.exclude(state=ReplicaState.ENDED)[:MOST_REPLICAS])
    ended = list(rows.filter(state=ReplicaState.ENDED)[:MOST_ENDED])
    last, shown = deployment.revisions.order_by("-number").first(), deployment.shown_revision
    return {
        "deployment": deployment,
        "status": status_of(deployment),
        "reason": sentence(deployment.reason),
        "scale_reason": sentence(deployment.scale_reason) if deployment.scale_reason != deployment.reason else "",
        "revision": shown,
        "cores": cores_written(shown.cpus) if shown else "",
        "share": deployment.endpoint.traffic.get(deployment.name, 0),
        "is_updating": deployment.candidate_id is not None and deployment.revision_id is not None,
        "failed": last if last is not None and last.state == RevisionState.FAILED else None,
        "last_ended": ended[0].pk if ended else "",
        "replicas": [_shown(one) for one in [*open_ones, *ended]],
        "collected": collected_in_words(deployment),
    }


def _shown(replica: Replica) -> dict[str, Any]:
    state = ReplicaState(replica.state)
    figures = replica.figures
    memory: Any = figures.get("memory_mb")
    return {
        "replica": replica,
        "short": UUID(str(replica.pk)).hex[-6:],
        "label": state.label,
        "why": sentence(replica.words),
        "tone": REPLICA_TONES[state],
        "memory_mb": round(memory) if isinstance(memory, int | float) and replica.is_open else None,
        "cpu_percent": figures.get("cpu_percent") if replica.is_open else None,
    }
