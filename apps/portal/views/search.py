"""What the command palette finds."""

from typing import Any

from django.http import Http404, HttpResponseBase, JsonResponse
from django.shortcuts import redirect

from apps.accounts.requests import SignedInRequest
from apps.core import hooks
from apps.core.access import signed_in
from apps.workspaces.access import find_membership

LONGEST_QUERY = 200


@signed_in()
def search(request: SignedInRequest) -> HttpResponseBase:
    """Answer with groups of results for ``?q=``; ``?workspace=`` names the workspace the question is asked in.

    Someone who opens this address as a page is led home: the palette opens there with Ctrl-K.
    """
    if "application/json" not in request.headers.get("Accept", ""):
        return redirect("portal:home")
    query = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY]
    groups: list[dict[str, Any]] = []
    if query:
        workspace = _workspace(request)
        for found in hooks.search(request, workspace, query):
            groups += [
                {
                    "title": str(group.title),
                    "items": [
                        {"label": item.label, "hint": item.hint, "url": item.url, "icon": item.icon}
                        for item in group.items
                    ],
                }
                for group in found
                if group.items
            ]
    return JsonResponse({"groups": groups})


def _workspace(request: SignedInRequest) -> Any:
    name = request.GET.get("workspace", "")
    if not name:
        return None
    try:
        return find_membership(request.user, name).workspace
    except Http404:
        return None
