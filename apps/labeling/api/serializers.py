"""What the API shows of labeling, and the commands it takes."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from apps.labeling.models import Label, LabelingProject
from apps.labeling.services.queue import MOST_AT_ONCE, Given
from apps.labeling.states import Media

LARGEST_NUMBER = 2_000_000_000
MOST_NUMBERS = 1000


class LabelingLabelSerializer(serializers.ModelSerializer[Label]):
    """A label. `parent`: the key of the one it stands below."""

    parent = serializers.CharField(source="parent.key", allow_null=True, default=None)  # type: ignore[assignment]

    class Meta:
        model = Label
        fields = ("key", "name", "color", "hotkey", "parent")
        read_only_fields = fields


class WorkProjectSerializer(serializers.Serializer[Any]):
    """A project as its labelers need it."""

    name = serializers.CharField()
    task = serializers.CharField()
    media = serializers.CharField()
    status = serializers.CharField()
    labels = LabelingLabelSerializer(many=True)
    instructions_html = serializers.CharField()
    overlapping_spans = serializers.BooleanField()
    progress = serializers.DictField(child=serializers.IntegerField())


class WorkItemSerializer(serializers.Serializer[Any]):
    """An item to label, with what the caller has said of it so far."""

    number = serializers.IntegerField()
    name = serializers.CharField()
    media = serializers.CharField()
    url = serializers.CharField(allow_null=True)
    thumbnail = serializers.CharField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    text = serializers.CharField(allow_null=True)
    answer = serializers.DictField(allow_null=True)
    draft_version = serializers.IntegerField()
    prelabel = serializers.DictField(allow_null=True)
    comment = serializers.CharField()
    previous_rejection = serializers.CharField(allow_null=True)


def work_item(project: LabelingProject, given: Given) -> dict[str, Any]:
    """Return an item as the labeler's page takes it."""
    item, answer = given.item, given.answer
    is_image = project.media == Media.IMAGE
    url = reverse("labeling:picture", args=[project.workspace.name, project.name, item.number]) if is_image else None
    return {
        "number": item.number,
        "name": item.name,
        "media": project.media,
        "url": url,
        "thumbnail": f"{url}?thumbnail=1" if url else None,
        "width": item.width,
        "height": item.height,
        "text": None if is_image else given.text,
        "answer": answer.answer if answer else None,
        "draft_version": answer.version if answer else 0,
        "prelabel": None,
        "comment": answer.comment if answer else "",
        "previous_rejection": (answer.rejection or None) if answer else None,
    }


class NextSerializer(serializers.Serializer[Any]):
    """How many items are wanted."""

    count = serializers.IntegerField(min_value=1, max_value=MOST_AT_ONCE, default=1)


class NextItemsSerializer(serializers.Serializer[Any]):
    """Items to label. `ended`: why there is none to give, in a sentence."""

    items = WorkItemSerializer(many=True)
    ended = serializers.CharField(allow_null=True)


class DraftAnswerSerializer(serializers.Serializer[Any]):
    """What there is of an answer so far. `version`: of the one it was made on."""

    answer = serializers.DictField(allow_null=True)
    version = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER)
    seconds = serializers.FloatField(min_value=0, max_value=1_000_000, default=0)


class AnswerVersionSerializer(serializers.Serializer[Any]):
    """The version that an answer is now."""

    version = serializers.IntegerField()


class SubmittedAnswerSerializer(DraftAnswerSerializer):
    """The answer to one item."""

    answer = serializers.DictField()
    number = serializers.IntegerField(min_value=1, max_value=LARGEST_NUMBER)
    comment = serializers.CharField(max_length=2000, allow_blank=True, default="")


class SubmitAnswersSerializer(serializers.Serializer[Any]):
    """Answers that are submitted together."""

    items = SubmittedAnswerSerializer(many=True, allow_empty=False, max_length=MOST_AT_ONCE)  # type: ignore[call-arg]

    def validate_items(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Take each item once."""
        if len({one["number"] for one in items}) < len(items):
            raise serializers.ValidationError("An item is there twice.")
        return items


class NumbersSerializer(serializers.Serializer[Any]):
    """Items, by their numbers."""

    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_NUMBER),
        allow_empty=False,
        max_length=MOST_NUMBERS,
    )


class SkipSerializer(NumbersSerializer):
    """Items that are left to a team lead, and why."""

    comment = serializers.CharField(max_length=2000, allow_blank=True, default="")


class ReviewSerializer(SkipSerializer):
    """What a team lead says of items: `reject` sends them back, with the comment for who had answered."""

    verdict = serializers.ChoiceField(choices=["approve", "reject"])


class FinalAnswerSerializer(serializers.Serializer[Any]):
    """An item's answer, decided by a team lead."""

    answer = serializers.DictField()
    version = serializers.IntegerField(min_value=0, max_value=LARGEST_NUMBER)
