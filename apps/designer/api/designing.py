"""What a canvas asks while something is drawn: what is wrong, what there is to drag, and to run it."""

import hashlib
from functools import cache
from typing import Any, Final

import orjson
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.core.errors import InvalidInput
from apps.designer.api.drafts import OneDraftAPI
from apps.designer.api.serializers import (
    CheckSerializer,
    FaultSerializer,
    FoundSerializer,
    PaletteSerializer,
    SubmitDraftSerializer,
    SubmittedSerializer,
)
from apps.designer.services import check_draft, palette, reuse_of, submit_draft
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

LONGEST_SEARCH: Final = 200
KINDS: Final = ("", "components", "data")


class DraftCheck(OneDraftAPI, APIView):
    """What is wrong with a draft, and what its tables will be."""

    access = workspace_access(get=Action.PIPELINES_READ)

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "reuse", bool, description="Also say of each node whether it would be reused, and why not."
            )
        ],
        responses=CheckSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return faults by node and field, and the columns at each output as far as they are known before anything runs."""
        checked = check_draft(self.draft)
        found: dict[str, Any] = {
            "revision": self.draft.revision,
            "faults": FaultSerializer(checked.faults, many=True).data,
            "schemas": checked.shown_schemas(),
        }
        if request.query_params.get("reuse") in ("1", "true") and may(self.membership, Action.RUNS_WRITE):
            reuse = reuse_of(self.actor, self.draft, checked)
            if reuse is not None:
                found["reuse"] = reuse
        return Response(found)


class DraftSubmit(OneDraftAPI, Idempotent, APIView):
    """Running a draft."""

    access = workspace_access(post=Action.RUNS_WRITE)

    @extend_schema(request=SubmitDraftSerializer, responses={201: SubmittedSerializer})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Submit the draft as it is now. What is wrong with it is named by `nodes.<node>.<field>`."""
        command = SubmitDraftSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        run = submit_draft(actor=self.actor, draft=self.draft, **command.validated_data)
        url = reverse("experiments:run", args=[self.workspace.name, run.pk])
        return Response({"run": str(run.pk), "url": url}, status=201)


class Palette(WorkspaceAPI, APIView):
    """The built-in components."""

    access = workspace_access(get=Action.PIPELINES_READ)

    @extend_schema(responses=PaletteSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return all of them with ports and parameters. They change with the studio's version alone; send the `ETag` back."""
        found, tag = _palette()
        answer = Response(status=304) if request.headers.get("If-None-Match") == tag else Response(found)
        answer["ETag"] = tag
        answer["Cache-Control"] = "private, no-cache"
        return answer


class PaletteSearch(WorkspaceAPI, APIView):
    """Components of the workspace, and its data."""

    access = workspace_access(get=Action.PIPELINES_READ)

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, description="Only what has this in its name."),
            OpenApiParameter("kind", str, enum=["components", "data"], description="One of the two; else both."),
            OpenApiParameter(
                "reference",
                str,
                many=True,
                description="What nodes name, such as component:train:3, instead of a search.",
            ),
        ],
        responses=FoundSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return what is there with ports, parameters and columns; at most 50, what changed last first."""
        kind = request.query_params.get("kind", "")
        if kind not in KINDS:
            raise InvalidInput({"kind": ["Give “components” or “data”."]})
        references = request.query_params.getlist("reference")[: palette.MOST]
        if references:
            return Response({"found": palette.declared(self.workspace, references)})
        text = request.query_params.get("q", "").strip()[:LONGEST_SEARCH]
        return Response({"found": palette.search(self.workspace, text, kind)})


@cache
def _palette() -> tuple[dict[str, Any], str]:
    """Return the built-in components, and what tells them from those of another version of the studio."""
    found = palette.palette()
    return found, f'"{hashlib.sha256(orjson.dumps(found)).hexdigest()[:32]}"'
