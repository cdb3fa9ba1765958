"""Forms of endpoints. They read what people type; the rules are the models' and services'."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import UserError
from apps.endpoints.limits import LEAST_CPUS
from apps.endpoints.models.endpoint import validate_name
from apps.endpoints.scripts import NAME, first_fault
from apps.endpoints.states import (
    DEFAULT_COLLECTION,
    DEFAULT_REQUEST_SETTINGS,
    DEFAULT_SCALING,
    LEAST_SILENCE_S,
    LONGEST_COOL_DOWN_S,
    LONGEST_QUEUE_WAIT_MS,
    LONGEST_SILENCE_S,
    LONGEST_STARTUP_S,
    LONGEST_TIMEOUT_MS,
    LONGEST_WAKE_WAIT_MS,
    MOST_CONCURRENT,
    MOST_INSTANCES,
    MOST_PER_MINUTE,
    AuthMode,
)
from apps.experiments.hooks import EnvironmentChoice
from apps.experiments.views.code_form import CodeForm
from apps.experiments.views.job_form import VariablesField
from apps.registry.models import ModelVersion
from apps.registry.states import ModelType
from apps.workspaces.forms import StudioForm, TagsField
from apps.workspaces.text import validate_text

GUESS = ""
PLAIN = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}
REQUEST_FIELDS = tuple(DEFAULT_REQUEST_SETTINGS)
SCALING_FIELDS = ("min_instances", "max_instances", "target_utilization", "cool_down_s", "wake_wait_ms")
FIXED, BY_LOAD = "fixed", "load"
NO_SCRIPT, SCRIPT, UPLOAD, KEPT = "none", "script", "upload", "kept"
LARGEST_CONDA_BYTES = 256 * 1024
LARGEST_SAMPLE = 1024 * 1024


class DeploymentForm(CodeForm):
    """What a deployment serves with. Args: model: the version that is served, if any is. environments: what can be chosen."""

    field_order = ("code_from", "entry_script", "script", "upload", "kept")

    entry_script = forms.CharField(
        label=gettext_lazy("Path of the script"),
        required=False,
        max_length=500,
        initial=NAME,
        widget=forms.TextInput(attrs=PLAIN),
        help_text=gettext_lazy("The file with init() and run(data)."),
    )
    sample = forms.CharField(
        label=gettext_lazy("Request to check it with"),
        required=False,
        strip=False,
        max_length=LARGEST_SAMPLE,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": '{"data": [[5.1, 3.5, 1.4, 0.2]]}', **PLAIN}),
        help_text=gettext_lazy(
            "Each replica loads the model and answers this before it gets any other request. If it cannot, nothing changes for "
            "callers, and the page shows the line that failed. Left empty, only loading is tried."
        ),
    )
    environment = forms.ChoiceField(label=gettext_lazy("Environment"), required=False)
    conda_file = forms.FileField(
        label=gettext_lazy("or a conda file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yml,.yaml"}),
    )
    scale = forms.ChoiceField(
        label=gettext_lazy("Replicas"),
        choices=[(FIXED, gettext_lazy("A fixed number")), (BY_LOAD, gettext_lazy("As many as the load needs"))],
        initial=FIXED,
        required=False,
        widget=forms.RadioSelect,
    )
    instance_count = forms.IntegerField(
        label=gettext_lazy("Number"), min_value=0, max_value=MOST_INSTANCES, initial=1, required=False
    )
    min_instances = forms.IntegerField(
        label=gettext_lazy("At least"), min_value=0, max_value=MOST_INSTANCES, initial=DEFAULT_SCALING["min_instances"],
        required=False, help_text=gettext_lazy("0: it sleeps when nobody asks; the next request wakes it."),
    )  # fmt: skip
    max_instances = forms.IntegerField(
        label=gettext_lazy("At most"), min_value=1, max_value=MOST_INSTANCES, initial=DEFAULT_SCALING["max_instances"],
        required=False,
    )  # fmt: skip
    target_utilization = forms.IntegerField(
        label=gettext_lazy("Keep each busy to, in %"), min_value=1, max_value=100,
        initial=DEFAULT_SCALING["target_utilization"], required=False,
    )  # fmt: skip
    cool_down_s = forms.IntegerField(
        label=gettext_lazy("Fewer after, in s"), min_value=1, max_value=LONGEST_COOL_DOWN_S,
        initial=DEFAULT_SCALING["cool_down_s"], required=False,
        help_text=gettext_lazy("How long fewer must have been enough."),
    )  # fmt: skip
    wake_wait_ms = forms.IntegerField(
        label=gettext_lazy("Hold a request that wakes it, in ms"), min_value=0, max_value=LONGEST_WAKE_WAIT_MS,
        initial=DEFAULT_SCALING["wake_wait_ms"], required=False,
    )  # fmt: skip
    memory_mb = forms.IntegerField(
        label=gettext_lazy("Memory of each, in MB"),
        min_value=64,
        required=False,
        help_text=gettext_lazy("Left empty, there is no limit but the machine's."),
    )
    cpus = forms.DecimalField(
        label=gettext_lazy("Cores of each"),
        min_value=LEAST_CPUS,
        max_digits=7,
        decimal_places=3,
        required=False,
        help_text=gettext_lazy("Such as 0.5 or 2. Left empty, each may use all cores of the machine."),
    )
    timeout_ms = forms.IntegerField(
        label=gettext_lazy("Longest answer, in ms"), min_value=1, max_value=LONGEST_TIMEOUT_MS, initial=5000
    )
    max_concurrent = forms.IntegerField(
        label=gettext_lazy("Requests at once, for each replica"), min_value=1, max_value=MOST_CONCURRENT, initial=1
    )
    max_queue_wait_ms = forms.IntegerField(
        label=gettext_lazy("Longest wait for a free replica, in ms"),
        min_value=0,
        max_value=LONGEST_QUEUE_WAIT_MS,
        initial=500,
    )
    startup_s = forms.IntegerField(
        label=gettext_lazy("Longest start, in s"),
        min_value=1,
        max_value=LONGEST_STARTUP_S,
        initial=DEFAULT_REQUEST_SETTINGS["startup_s"],
        help_text=gettext_lazy("A replica that is not ready by then is given up."),
    )
    silence_s = forms.IntegerField(
        label=gettext_lazy("Longest silence, in s"),
        min_value=LEAST_SILENCE_S,
        max_value=LONGEST_SILENCE_S,
        initial=DEFAULT_REQUEST_SETTINGS["silence_s"],
        help_text=gettext_lazy("A replica that answers nothing for so long, and for the longest answer, is replaced."),
    )
    variables = VariablesField(
        label=gettext_lazy("Environment variables"),
        help_text=gettext_lazy(
            "NAME=value, one to a line. Everybody who may read endpoints sees them, so put no secret here."
        ),
    )
    collect_inputs = forms.BooleanField(label=gettext_lazy("Requests"), required=False)
    collect_outputs = forms.BooleanField(label=gettext_lazy("Answers"), required=False)
    sampling_percent = forms.FloatField(
        label=gettext_lazy("Of how many, in %"), min_value=0.001, max_value=100, initial=100, required=False
    )
    rolling_rate = forms.ChoiceField(
        label=gettext_lazy("A new version every"),
        choices=[("minute", gettext_lazy("minute")), ("hour", gettext_lazy("hour")), ("day", gettext_lazy("day"))],
        initial=DEFAULT_COLLECTION["rolling_rate"],
        required=False,
    )

    def __init__(
        self, *args: Any, model: ModelVersion | None, environments: list[EnvironmentChoice], guess: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.model = model
        self.needs_script = model is None or model.type != ModelType.MLFLOW
        del self.fields["script_name"]
        environment: Any = self.fields["environment"]
        environment.choices = [(GUESS, guess), *((one.reference, f"{one.label} · {one.hint}") for one in environments)]
        ways: Any = self.fields["code_from"]
        ways.choices = [
            *([] if self.needs_script else [(NO_SCRIPT, _("None: MLflow knows how"))]),
            (SCRIPT, _("Write it here")), (UPLOAD, _("Upload a folder or zip")), (KEPT, _("Keep")),
        ]  # fmt: skip
        ways.required = False

    def clean_sample(self) -> Any:
        """Read JSON; other text is the body of a request as it is."""
        text: str = self.cleaned_data["sample"]
        try:
            return json.loads(text) if text.strip() else None
        except ValueError as error:
            raise forms.ValidationError(_("This is not JSON: %(problem)s.") % {"problem": error}) from None

    def clean_conda_file(self) -> str:
        """Return the text of the file; empty where there is none."""
        upload = self.cleaned_data["conda_file"]
        if upload is None:
            return ""
        contents = upload.read(LARGEST_CONDA_BYTES + 1)
        if len(contents) > LARGEST_CONDA_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)d kB.") % {"most": LARGEST_CONDA_BYTES // 1024}
            )
        try:
            return str(contents.decode())
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is no text.")) from None

    def clean(self) -> dict[str, Any]:
        """Look at the script as far as that goes without running it."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        way = cleaned.get("code_from") or (SCRIPT if self.needs_script else NO_SCRIPT)
        name = (cleaned.get("entry_script") or NAME).strip().removeprefix("./")
        cleaned |= {"code_from": way, "entry_script": "" if way == NO_SCRIPT else name, "script_name": name}
        if way == SCRIPT and "script" in cleaned:
            if not cleaned["script"].strip():
                self.add_error("script", _("Write the script, or choose another way to give it."))
            elif fault := first_fault(cleaned["script"], name):
                self.add_error("script", fault)
        return cleaned

    def request_settings(self) -> dict[str, int]:
        """Return what was chosen for requests. The form must be valid."""
        return {name: self.cleaned_data[name] for name in REQUEST_FIELDS}

    def scaling(self) -> dict[str, int]:
        """Return how the number of replicas follows the load; empty where it is fixed."""
        if self.cleaned_data["scale"] != BY_LOAD:
            return {}
        given = {name: self.cleaned_data[name] for name in SCALING_FIELDS}
        return {name: value for name, value in given.items() if value is not None}

    def instances(self) -> int:
        """Return how many replicas there are to begin with."""
        given = self.cleaned_data
        count = given["min_instances"] if given["scale"] == BY_LOAD else given["instance_count"]
        return 1 if count is None else int(count)

    def collection(self) -> dict[str, Any]:
        """Return what is collected; empty for nothing."""
        given = self.cleaned_data
        if not given["collect_inputs"] and not given["collect_outputs"]:
            return {}
        return {
            "inputs": given["collect_inputs"],
            "outputs": given["collect_outputs"],
            "sampling_rate": (given["sampling_percent"] or 100) / 100,
            "rolling_rate": given["rolling_rate"] or DEFAULT_COLLECTION["rolling_rate"],
        }

    def refuse(self, error: UserError) -> None:
        """Put a service's words beside the field of this form that they are about."""
        renamed = {"name": "deployment", "sampling_rate": "sampling_percent", "snapshot": "upload", "code": "upload"}
        error.field = renamed.get(error.field or "", error.field)
        super().refuse(error)


def settings_initial(scaling: dict[str, Any], collection: dict[str, Any]) -> dict[str, Any]:
    """Return what the fields of scaling and collecting show of what is set."""
    found: dict[str, Any] = {"scale": BY_LOAD if scaling else FIXED, **scaling}
    if collection:
        found |= {
            "collect_inputs": collection["inputs"],
            "collect_outputs": collection["outputs"],
            "sampling_percent": round(collection["sampling_rate"] * 100, 4),
            "rolling_rate": collection["rolling_rate"],
        }
    return found


class DeployForm(DeploymentForm):
    """A new deployment, of a new endpoint or of one that exists."""

    endpoint = forms.CharField(
        label=gettext_lazy("Endpoint"),
        validators=[validate_name],
        widget=forms.TextInput(attrs={**PLAIN, "list": "endpoint-names"}),
        help_text=gettext_lazy(
            "A new name, or that of an endpoint to which this is added. It is in the address that programs call."
        ),
    )
    deployment = forms.CharField(
        label=gettext_lazy("Deployment"),
        validators=[validate_name],
        initial="blue",
        widget=forms.TextInput(attrs=PLAIN),
    )
    all_traffic = forms.BooleanField(
        label=gettext_lazy("All requests go to it once it is ready"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Otherwise it gets none until the traffic is changed, and can be tried by its name."),
    )
    auth_mode = forms.ChoiceField(
        label=gettext_lazy("Authentication of a new endpoint"), choices=AuthMode.choices, required=False
    )


class DeployRunForm(DeployForm):
    """A new deployment of files of a run, which become a model first. Args: paths: what can be chosen of the run."""

    path = forms.ChoiceField(label=gettext_lazy("File or folder of the run"))
    model_name = forms.CharField(
        label=gettext_lazy("Registered as the model"),
        max_length=255,
        widget=forms.TextInput(attrs={**PLAIN, "list": "model-names"}),
        help_text=gettext_lazy("A name that is there already gets its next version."),
    )

    def __init__(self, *args: Any, paths: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["path"]
        choice.choices = paths


class EditForm(StudioForm):
    """What can be said about an endpoint, and changed later."""

    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=20_000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("What it answers and for whom, in Markdown."),
    )
    auth_mode = forms.ChoiceField(label=gettext_lazy("Authentication"), choices=AuthMode.choices)
    requests_per_minute = forms.IntegerField(
        label=gettext_lazy("Quota: requests per minute, for each key"),
        min_value=1,
        max_value=MOST_PER_MINUTE,
        required=False,
        help_text=gettext_lazy("Whoever asks for more gets 429 with the time to wait. Left empty, there is no quota."),
    )
    tags = TagsField(label=gettext_lazy("Tags"), help_text=gettext_lazy("One to a line, as name=value or just a name."))
