"""Drafts: what is drawn, how it is changed, and what was changed."""

from typing import Any, Final

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.api.idempotency import Idempotent
from apps.core.errors import InvalidInput
from apps.designer.api.serializers import (
    ChangeDraftSerializer,
    ChangesSerializer,
    CreateDraftSerializer,
    DraftRevisionPatchSerializer,
    DraftRevisionSerializer,
    DraftSerializer,
    HistorySerializer,
    OneDraftSerializer,
    RestoredSerializer,
    SavedSerializer,
)
from apps.designer.filters import DraftFilter
from apps.designer.models import Draft
from apps.designer.models.draft import LONGEST_CLIENT
from apps.designer.services import beginnings, drafts, palette, presence, saving
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

CLIENT_HEADER: Final = "X-Draft-Client"
CLIENT = OpenApiParameter(
    CLIENT_HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A word of its own for each page: none conflicts with itself.",
)
LARGEST_NUMBER: Final = 2_000_000_000


class DraftCollection(WorkspaceAPI, Idempotent, ListAPIView[Draft]):
    """The drafts of a workspace."""

    access = workspace_access(get=Action.PIPELINES_READ, post=Action.PIPELINES_WRITE)
    serializer_class = DraftSerializer
    queryset = Draft.objects.none()
    filterset_class = DraftFilter

    def get_queryset(self) -> QuerySet[Draft]:
        rows = Draft.objects.filter(workspace=self.workspace).defer("document")
        return rows.select_related("created_by", "modified_by", "last_run__workspace")

    @extend_schema(request=CreateDraftSerializer, responses={201: DraftSerializer})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Begin a draft."""
        command = CreateDraftSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        draft = beginnings.begin(actor=self.actor, workspace=self.workspace, **command.validated_data)
        return Response(DraftSerializer(draft).data, status=201)


class OneDraftAPI(WorkspaceAPI):
    """Mix into views of one draft; put it first. Sets ``self.draft``."""

    draft: Draft

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the draft in the workspace, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        self.draft = drafts.find_draft(self.workspace, kwargs["draft_id"])


class DraftItem(OneDraftAPI, GenericAPIView[Draft]):
    """One draft."""

    access = workspace_access(get=Action.PIPELINES_READ, patch=Action.PIPELINES_WRITE, delete=Action.PIPELINES_WRITE)
    serializer_class = OneDraftSerializer
    queryset = Draft.objects.none()

    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the draft with what is drawn, and who has it open."""
        shown: Any = self.draft
        shown.used = palette.declared(self.workspace, palette.used_in(self.draft.document))
        shown.people = presence.people_at(self.draft.pk)
        shown.permissions = {
            "write": may(self.membership, Action.PIPELINES_WRITE) and self.draft.archived_at is None,
            "submit": may(self.membership, Action.RUNS_WRITE) and self.draft.archived_at is None,
        }
        return Response(OneDraftSerializer(shown).data)

    @extend_schema(request=ChangeDraftSerializer, responses=SavedSerializer, parameters=[CLIENT])
    def patch(self, request: Request, **kwargs: Any) -> Response:
        """Change what is drawn, rename or describe it, put it away or bring it back. Nothing is overwritten: where somebody else
        has changed the same since `revision`, the answer is 409 with what they changed, and nothing is saved."""
        command = ChangeDraftSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        said = dict(command.validated_data)
        if (archived := said.get("archived")) is not None:
            drafts.archive_draft(actor=self.actor, draft=self.draft, archived=archived)
        if said.keys() & set(drafts.EDITABLE):
            drafts.edit_draft(actor=self.actor, draft=self.draft, changes=said)
        saved = saving.Saved(self.draft.revision, None)
        if "patch" in said:
            saved = saving.save_patch(
                actor=self.actor,
                draft=self.draft,
                base=said["revision"],
                patch=said["patch"],
                client=client_of(request),
                summary=said.get("summary", ""),
            )
        return Response(SavedSerializer(saved).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, **kwargs: Any) -> Response:
        """Delete the draft with its history. What was submitted from it stays."""
        drafts.delete_draft(actor=self.actor, draft=self.draft)
        return Response(status=204)


class DraftChanges(OneDraftAPI, APIView):
    """What others changed while a page was not looking."""

    access = workspace_access(get=Action.PIPELINES_READ)

    @extend_schema(
        parameters=[OpenApiParameter("after", int, required=True, description="The revision that is known.")],
        responses=ChangesSerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the patches after a revision, in their order."""
        changes = saving.changes_after(self.draft, _number(request, "after", 0) or 0)
        latest = changes[-1].number if changes else self.draft.revision
        return Response({"revision": latest, "patches": DraftRevisionPatchSerializer(changes, many=True).data})


class DraftRevisions(OneDraftAPI, APIView):
    """The history of a draft."""

    access = workspace_access(get=Action.PIPELINES_READ)

    @extend_schema(
        parameters=[OpenApiParameter("before", int, description="Only changes before the one of this number.")],
        responses=HistorySerializer,
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return who changed what, the newest first."""
        rows = saving.history_of(self.draft, _number(request, "before"))
        following = rows[-1].number if rows and rows[-1].number > 1 else None
        shown = DraftRevisionSerializer(rows, many=True).data
        return Response({"revision": self.draft.revision, "revisions": shown, "next": following})


class RestoreRevision(OneDraftAPI, APIView):
    """Going back to what a draft once was."""

    access = workspace_access(post=Action.PIPELINES_WRITE)

    @extend_schema(request=None, responses=RestoredSerializer, parameters=[CLIENT])
    def post(self, request: Request, revision_number: int, **kwargs: Any) -> Response:
        """Make the draft what it was, as a new revision; so this too can be taken back."""
        number = saving.restore_revision(
            actor=self.actor, draft=self.draft, number=revision_number, client=client_of(request)
        )
        return Response({"revision": number})


def client_of(request: Request) -> str:
    """Return which page calls.

    Raises:
        InvalidInput: the header is no word.
    """
    found = request.headers.get(CLIENT_HEADER, "")
    if len(found) > LONGEST_CLIENT or not found.isascii() or not found.isprintable():
        raise InvalidInput({CLIENT_HEADER: [f"Give a word of at most {LONGEST_CLIENT} letters and digits."]})
    return found


def _number(request: Request, name: str, default: int | None = None) -> int | None:
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or len(text) > len(str(LARGEST_NUMBER)) or int(text) > LARGEST_NUMBER:
        raise InvalidInput({name: ["Give the number of a revision."]})
    return int(text)
