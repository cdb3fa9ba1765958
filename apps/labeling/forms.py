"""Forms of labeling."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.labeling.services.labels import NewLabel
from apps.labeling.services.projects import NewProject
from apps.labeling.states import OFFERED, ItemOrder, Task
from apps.workspaces.forms import StudioForm
from apps.workspaces.text import validate_text


class InstructionsForm(StudioForm):
    """What labelers are told."""

    instructions = forms.CharField(
        label=_("Instructions"),
        max_length=50_000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("In Markdown. Labelers see them beside the items."),
    )


class ProjectForm(InstructionsForm):
    """What a project is made with."""

    field_order = ("name", "task", "dataset", "text_columns", "labels", "instructions")

    name = forms.CharField(label=_("Name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    task = forms.ChoiceField(
        label=_("Task"),
        choices=[(task.value, task.label) for task in Task if task in OFFERED],
        help_text=_("It stays as it is once the project is made."),
    )
    dataset = forms.ChoiceField(label=_("Dataset"), help_text=_("Files for images; files or a table for text."))
    text_columns = forms.CharField(
        label=_("Columns to show"), required=False, help_text=_("Of a table: their names, with commas between them.")
    )
    labels = forms.CharField(
        label=_("Labels"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("One to a line. Animal/Cat puts Cat below Animal. The first nine get the keys 1 to 9."),
    )
    item_order = forms.ChoiceField(label=_("Order"), choices=ItemOrder, initial=ItemOrder.RANDOM)
    review_required = forms.BooleanField(label=_("Every answer is reviewed before it counts"), required=False)
    overlapping_spans = forms.BooleanField(label=_("Entities may overlap"), required=False)
    consensus_min = forms.IntegerField(label=_("Fewest labelers for each item"), min_value=1, max_value=20, initial=1)
    consensus_max = forms.IntegerField(label=_("Most labelers for each item"), min_value=1, max_value=20, initial=1)

    def __init__(self, *args: Any, datasets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["dataset"]
        field.choices = datasets

    def to_new(self) -> NewProject:
        """Return what was asked for."""
        said = dict(self.cleaned_data)
        said["labels"] = [NewLabel(line.strip()) for line in said["labels"].splitlines() if line.strip()]
        said["text_columns"] = [name.strip() for name in said["text_columns"].split(",") if name.strip()]
        return NewProject(**said)
