"""Labeling: items to label, drafts, submitting, skipping, review."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core.errors import InvalidInput
from apps.core.markdown import render_markdown
from apps.labeling.api import serializers as shapes
from apps.labeling.models import Answer, LabelingProject
from apps.labeling.services import answers, counting, projects, queue
from apps.labeling.services.answers import Said
from apps.labeling.states import AnswerStatus, ItemState
from apps.workspaces.access import WorkspaceAPI, workspace_access
from apps.workspaces.roles import Action


class OneProjectAPI(WorkspaceAPI, APIView):
    """An address of one project. Sets ``self.project``."""

    access = workspace_access(post=Action.LABELING_LABEL)
    project: LabelingProject

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the project in the workspace, and the item in it, once it is known who calls."""
        super().initial(request, *args, **kwargs)
        self.project = projects.find_project(self.workspace, kwargs["project_name"])
        if "item_number" in kwargs:  # before the body is looked at
            queue.find_item(self.project, kwargs["item_number"])

    def command(self, kind: Any) -> dict[str, Any]:
        """Return what was sent, once it is sound."""
        command = kind(data=self.request.data)
        command.is_valid(raise_exception=True)
        return dict(command.validated_data)


class WorkProject(OneProjectAPI):
    """What labelers need to know of a project."""

    access = workspace_access(get=Action.LABELING_READ)

    @extend_schema(responses=shapes.WorkProjectSerializer)
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the project with its labels, instructions as HTML, and how far it is."""
        progress = counting.progress_of([self.project.pk])[self.project.pk]
        mine = Answer.objects.filter(item__project=self.project, labeler=self.actor, status=AnswerStatus.SUBMITTED)
        shown: dict[str, Any] = {
            "name": self.project.name,
            "task": self.project.task,
            "media": self.project.media,
            "status": self.project.status,
            "labels": self.project.labels.filter(removed_at=None).select_related("parent"),
            "instructions_html": render_markdown(self.project.instructions),
            "overlapping_spans": self.project.overlapping_spans,
            "progress": {"labeled": progress.labeled, "total": progress.total, "mine": mine.count()},
        }
        return Response(shapes.WorkProjectSerializer(shown).data)


class NextItems(OneProjectAPI):
    """The queue."""

    @extend_schema(request=shapes.NextSerializer, responses=shapes.NextItemsSerializer)
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Give the caller items for ten minutes: those they hold already first. Saving drafts makes it longer."""
        count = self.command(shapes.NextSerializer)["count"]
        given = queue.next_items(actor=self.actor, project=self.project, count=count)
        ended = None
        if not given:
            is_left = self.project.items.filter(state=ItemState.UNLABELED).exists()
            ended = _("The rest is with others now. Come back later.") if is_left else _("All items are labeled.")
        return Response({"items": [shapes.work_item(self.project, one) for one in given], "ended": ended})


class DraftAnswer(OneProjectAPI):
    """The answer that somebody is at."""

    access = workspace_access(put=Action.LABELING_LABEL)

    @extend_schema(request=shapes.DraftAnswerSerializer, responses=shapes.AnswerVersionSerializer)
    def put(self, request: Request, item_number: int, **kwargs: Any) -> Response:
        """Keep what there is so far. Where it was changed elsewhere, 409 has what is kept; the same sent twice is kept once."""
        said = Said(number=item_number, **self.command(shapes.DraftAnswerSerializer))
        return Response({"version": answers.save_draft(actor=self.actor, project=self.project, said=said)})


class SubmitAnswers(OneProjectAPI):
    """Answers that are done."""

    @extend_schema(request=shapes.SubmitAnswersSerializer, responses={204: None})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Submit answers, all or none. The same sent twice counts once."""
        said = [Said(**one) for one in self.command(shapes.SubmitAnswersSerializer)["items"]]
        answers.submit_answers(actor=self.actor, project=self.project, said=said)
        return Response(status=204)


class SkipItems(OneProjectAPI):
    """Items that a labeler cannot decide."""

    @extend_schema(request=shapes.SkipSerializer, responses={204: None})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Leave items to a team lead."""
        answers.skip_items(actor=self.actor, project=self.project, **self.command(shapes.SkipSerializer))
        return Response(status=204)


class ReleaseItems(OneProjectAPI):
    """Items that are given back."""

    @extend_schema(request=shapes.NumbersSerializer, responses={204: None})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Give items back to the queue, such as when the page is closed. Drafts stay."""
        queue.release_items(actor=self.actor, project=self.project, **self.command(shapes.NumbersSerializer))
        return Response(status=204)


class PreviousItems(OneProjectAPI):
    """What the caller has submitted."""

    access = workspace_access(get=Action.LABELING_LABEL)

    @extend_schema(
        parameters=[
            OpenApiParameter("before", int, description="The number of an item: only those submitted before it.")
        ],
        responses=shapes.WorkItemSerializer(many=True),
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        """Return the last items the caller submitted, the newest first."""
        text = request.query_params.get("before", "")
        if text and not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise InvalidInput({"before": [_("Give the number of an item.")]})
        found = queue.previous_items(actor=self.actor, project=self.project, before=int(text) if text else None)
        return Response([shapes.work_item(self.project, one) for one in found])


class ReviewItems(OneProjectAPI):
    """What a team lead says of answers."""

    access = workspace_access(post=Action.LABELING_REVIEW)

    @extend_schema(request=shapes.ReviewSerializer, responses={204: None})
    def post(self, request: Request, **kwargs: Any) -> Response:
        """Approve items, or send them back with a comment."""
        said = self.command(shapes.ReviewSerializer)
        approve = said.pop("verdict") == "approve"
        answers.review_items(actor=self.actor, project=self.project, approve=approve, **said)
        return Response(status=204)


class FinalAnswer(OneProjectAPI):
    """The answer that counts."""

    access = workspace_access(put=Action.LABELING_REVIEW)

    @extend_schema(request=shapes.FinalAnswerSerializer, responses=shapes.AnswerVersionSerializer)
    def put(self, request: Request, item_number: int, **kwargs: Any) -> Response:
        """Decide what an item's answer is, and approve it."""
        said = Said(number=item_number, **self.command(shapes.FinalAnswerSerializer))
        return Response({"version": answers.set_final(actor=self.actor, project=self.project, said=said)})
