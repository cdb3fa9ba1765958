"""Forms of endpoints. They read what people type; the rules are the models' and services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.endpoints.models.endpoint import validate_name
from apps.endpoints.states import (
    LONGEST_QUEUE_WAIT_MS,
    LONGEST_TIMEOUT_MS,
    MOST_CONCURRENT,
    MOST_INSTANCES,
    AuthMode,
)
from apps.experiments.hooks import EnvironmentChoice
from apps.registry.models import ModelVersion
from apps.workspaces.forms import StudioForm, TagsField
from apps.workspaces.text import validate_text

GUESS = ""
PLAIN = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}
REQUEST_FIELDS = ("timeout_ms", "max_concurrent", "max_queue_wait_ms")


class DeploymentForm(StudioForm):
    """What a deployment serves with. Args: model: the version that is served. environments: what can be chosen."""

    script = forms.FileField(
        label=_("Entry script"),
        required=False,
        help_text=_("A Python file with the functions init() and run(data), such as score.py."),
        widget=forms.ClearableFileInput(attrs={"accept": ".py"}),
    )
    environment = forms.ChoiceField(label=_("Environment"), required=False)
    instance_count = forms.IntegerField(label=_("Replicas"), min_value=0, max_value=MOST_INSTANCES, initial=1)
    memory_mb = forms.IntegerField(
        label=_("Memory of each, in MB"),
        min_value=64,
        required=False,
        help_text=_("Left empty, there is no limit but the machine's."),
    )
    timeout_ms = forms.IntegerField(
        label=_("Longest answer, in ms"), min_value=1, max_value=LONGEST_TIMEOUT_MS, initial=5000
    )
    max_concurrent = forms.IntegerField(
        label=_("Requests at once, for each replica"), min_value=1, max_value=MOST_CONCURRENT, initial=1
    )
    max_queue_wait_ms = forms.IntegerField(
        label=_("Longest wait for a free replica, in ms"), min_value=0, max_value=LONGEST_QUEUE_WAIT_MS, initial=500
    )

    def __init__(
        self, *args: Any, model: ModelVersion, environments: list[EnvironmentChoice], guess: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.model = model
        environment: Any = self.fields["environment"]
        environment.choices = [(GUESS, guess), *((one.reference, f"{one.label} · {one.hint}") for one in environments)]

    def request_settings(self) -> dict[str, int]:
        """Return what was chosen for requests. The form must be valid."""
        return {name: self.cleaned_data[name] for name in REQUEST_FIELDS}


class DeployForm(DeploymentForm):
    """A new deployment, of a new endpoint or of one that exists."""

    field_order = ("endpoint", "deployment", "all_traffic", "auth_mode", "script", "environment")

    endpoint = forms.CharField(
        label=_("Endpoint"),
        validators=[validate_name],
        widget=forms.TextInput(attrs={**PLAIN, "list": "endpoint-names"}),
        help_text=_(
            "A new name, or that of an endpoint to which this is added. It is in the address that programs call."
        ),
    )
    deployment = forms.CharField(
        label=_("Deployment"), validators=[validate_name], initial="blue", widget=forms.TextInput(attrs=PLAIN)
    )
    all_traffic = forms.BooleanField(
        label=_("All requests go to it once it is ready"),
        required=False,
        initial=True,
        help_text=_("Otherwise it gets none until the traffic is changed, and can be tried by its name."),
    )
    auth_mode = forms.ChoiceField(label=_("Authentication of a new endpoint"), choices=AuthMode.choices, required=False)


class EditForm(StudioForm):
    """What can be said about an endpoint, and changed later."""

    description = forms.CharField(
        label=_("Description"),
        max_length=20_000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What it answers and for whom, in Markdown."),
    )
    auth_mode = forms.ChoiceField(label=_("Authentication"), choices=AuthMode.choices)
    tags = TagsField(label=_("Tags"), help_text=_("One to a line, as name=value or just a name."))


class TrialForm(StudioForm):
    """A request to try an endpoint with."""

    deployment = forms.ChoiceField(label=_("Deployment"), required=False)
    body = forms.CharField(
        label=_("Request"),
        strip=False,
        max_length=8 * 2**20,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false", "class": "mono"}),
    )

    def __init__(self, *args: Any, deployments: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deployment: Any = self.fields["deployment"]
        deployment.choices = [("", _("As the traffic decides")), *((name, name) for name in deployments)]
