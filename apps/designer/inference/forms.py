"""Forms of inference pipelines. They read what people type; the rules are the services'."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from apps.designer.inference.graphs import Scorer
from apps.designer.models import InferenceKind
from apps.endpoints.models.endpoint import validate_name
from apps.endpoints.states import LONGEST_TIMEOUT_MS, MOST_INSTANCES, AuthMode
from apps.workspaces.forms import StudioForm

PLAIN = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}


class InferenceForm(StudioForm):
    """How a training pipeline becomes one that scores. Args: scorers: the nodes that score."""

    kind = forms.ChoiceField(
        label=gettext_lazy("How it is called"),
        choices=[
            (InferenceKind.REALTIME, gettext_lazy("Real-time: an endpoint answers requests of some rows at once")),
            (InferenceKind.BATCH, gettext_lazy("Batch: a pipeline scores whole datasets, again and again")),
        ],
        initial=InferenceKind.REALTIME,
        widget=forms.RadioSelect,
    )
    scorer = forms.ChoiceField(
        label=gettext_lazy("Scores that are wanted"),
        help_text=gettext_lazy("This pipeline scores in several places; one of them answers."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the draft"),
        max_length=255,
        required=False,
        help_text=gettext_lazy("Left empty, it is called like the training pipeline."),
    )

    def __init__(self, *args: Any, scorers: Sequence[Scorer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(scorers) > 1:
            field: Any = self.fields["scorer"]
            field.choices = [(one.key, one.title) for one in scorers]
        else:
            del self.fields["scorer"]


class DeployForm(StudioForm):
    """Where a pipeline shall answer."""

    endpoint = forms.CharField(
        label=gettext_lazy("Endpoint"),
        max_length=32,
        validators=[validate_name],
        widget=forms.TextInput(attrs={**PLAIN, "list": "endpoint-names"}),
        help_text=gettext_lazy("A new name, or that of an endpoint that is there."),
    )
    deployment = forms.CharField(
        label=gettext_lazy("Deployment"),
        max_length=32,
        validators=[validate_name],
        widget=forms.TextInput(attrs=PLAIN),
        help_text=gettext_lazy("One that is there is updated, and answers on until the new one is ready."),
    )
    instance_count = forms.IntegerField(label=gettext_lazy("Servers"), min_value=1, max_value=MOST_INSTANCES, initial=1)
    auth_mode = forms.ChoiceField(
        label=gettext_lazy("Who may call it"),
        choices=AuthMode.choices,
        initial=AuthMode.KEY,
        help_text=gettext_lazy("Of a new endpoint; one that is there keeps its own."),
    )
    timeout_ms = forms.IntegerField(
        label=gettext_lazy("Longest time for an answer, in ms"),
        min_value=1,
        max_value=LONGEST_TIMEOUT_MS,
        initial=60_000,
    )
