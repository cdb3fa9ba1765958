"""Filters of a project's items."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, FilterSet, MultipleChoiceFilter

from apps.labeling.models import Answer, Item
from apps.labeling.states import AnswerStatus, ItemState


class ItemFilter(FilterSet):
    """Items by how far they are, and by who has answered."""

    state = MultipleChoiceFilter(
        label=_("State"), choices=ItemState.choices, distinct=False, widget=forms.CheckboxSelectMultiple
    )
    labeler = CharFilter(label=_("Labeler"), method="by_labeler", help_text=_("The whole user name."))

    class Meta:
        model = Item
        fields: list[str] = []

    def by_labeler(self, rows: QuerySet[Item], name: str, value: str) -> QuerySet[Item]:
        """Keep items that a person has answered or skipped."""
        said = Answer.objects.filter(labeler__username=value).exclude(status=AnswerStatus.DRAFT)
        return rows.filter(pk__in=said.order_by().values("item"))
