"""The Test tab: one request, and what came back."""

import json
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from apps.core.errors import StudioError
from apps.endpoints.calling import Answer, call
from apps.endpoints.forms import TrialForm
from apps.endpoints.samples import sample_of
from apps.endpoints.views.shared import find, frame
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.roles import Action


@workspace_page(get=Action.ENDPOINTS_READ, post=Action.ENDPOINTS_READ)
def test(request: WorkspaceRequest, endpoint_name: str) -> HttpResponse:
    """Send one request to the endpoint and show what it answers."""
    endpoint = find(request, endpoint_name)
    context = frame(request, endpoint, "test")
    deployments = context["deployments"]
    names = [deployment.name for deployment in deployments]
    chosen = max(deployments, key=lambda one: endpoint.traffic.get(one.name, 0), default=None)
    sample = sample_of(chosen.shown_revision if chosen else None)
    context |= {"sample": sample, "has_traffic": bool(endpoint.traffic)}
    if request.method != "POST":
        start = "" if endpoint.traffic else next(iter(names), "")
        context["form"] = TrialForm(deployments=names, initial={"body": sample.text, "deployment": start})
        return render(request, "endpoints/test.html", context)
    form = TrialForm(request.POST, deployments=names)
    context["form"] = form
    if form.is_valid():
        try:
            context["answer"] = _shown(
                call(endpoint, form.cleaned_data["body"], deployment=form.cleaned_data["deployment"])
            )
        except StudioError as error:
            context["problem"] = str(error.message)
    template = "endpoints/_answer.html" if request.headers.get("HX-Request") else "endpoints/test.html"
    return render(request, template, context, status=200 if form.is_valid() else 422)


def _shown(answer: Answer) -> dict[str, Any]:
    """Return an answer as the page shows it: JSON in lines, and a problem's sentence by itself."""
    body, detail = answer.body, ""
    try:
        value = json.loads(answer.body)
    except ValueError:
        value = None
    else:
        body = json.dumps(value, indent=2, ensure_ascii=False)
    if answer.status >= 400 and isinstance(value, dict):
        detail = str(value.get("detail") or value.get("message") or "")
    return {"answer": answer, "body": body, "detail": detail, "is_good": answer.status < 400}
