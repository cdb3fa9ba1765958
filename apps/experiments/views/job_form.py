"""The form that submits a run: where its code comes from, its command, and all it is given."""

from dataclasses import dataclass, field, replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput, UserError
from apps.experiments.services import CommandJob, Limits
from apps.experiments.views.code_form import MONO, CodeForm
from apps.experiments.views.job_rows import (
    InputRow,
    OutputRow,
    check_names,
    input_rows,
    output_rows,
    posted_inputs,
    posted_outputs,
)
from apps.workspaces.forms import TagsField
from apps.workspaces.text import validate_one_line, validate_text

SECONDS_A_MINUTE = 60


class VariablesField(forms.CharField):
    """Environment variables, ``NAME=value`` on a line each; values may be empty and hold further ``=``."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"rows": 3, "placeholder": "OMP_NUM_THREADS=4", **MONO}
        super().__init__(widget=forms.Textarea(attrs=attributes), required=False, strip=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{name}={text}" for name, text in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        variables: dict[str, str] = {}
        for number, line in enumerate((super().to_python(value) or "").splitlines(), start=1):
            if not line.strip():
                continue
            name, separator, text = line.partition("=")
            if not separator:
                raise forms.ValidationError(_("Line %(number)d has no “=”.") % {"number": number})
            variables[name.strip()] = text
        return variables

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(initial != data)


class NewRunForm(CodeForm):
    """Everything a run is given."""

    command = forms.CharField(
        label=gettext_lazy("Command"),
        max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 2, "data-command": True, **MONO}),
        help_text=gettext_lazy(
            "Runs in the code folder by the shell. ${{inputs.NAME}} stands for the value of an input or the path of data, "
            "${{outputs.NAME}} for the folder of an output."
        ),
    )
    environment = forms.ChoiceField(label=gettext_lazy("Environment"), required=False)
    compute = forms.ChoiceField(label=gettext_lazy("Compute target"))
    timeout_minutes = forms.IntegerField(
        label=gettext_lazy("Time limit, in minutes"), required=False, min_value=1, max_value=366 * 24 * 60
    )
    memory_mb = forms.IntegerField(
        label=gettext_lazy("Memory limit, in MB"), required=False, min_value=1, max_value=2**31
    )
    variables = VariablesField(
        label=gettext_lazy("Environment variables"),
        help_text=gettext_lazy(
            "NAME=value, one to a line. Everybody who may read runs sees them, so put no secret here."
        ),
    )
    experiment = forms.CharField(
        label=gettext_lazy("Experiment"),
        required=False,
        max_length=255,
        widget=forms.TextInput(attrs={"list": "experiments", "placeholder": "Default", **MONO}),
        help_text=gettext_lazy("One that exists or a new name."),
    )
    display_name = forms.CharField(
        label=gettext_lazy("Display name"),
        required=False,
        max_length=255,
        validators=[validate_one_line],
        help_text=gettext_lazy("Left empty, it gets a name of its own."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=20_000,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    tags = TagsField(label=gettext_lazy("Tags"))

    def __init__(self, *args: Any, environments: list[tuple[str, str]], targets: list[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["environment"].choices = environments  # type: ignore[attr-defined]
        self.fields["compute"].choices = targets  # type: ignore[attr-defined]
        self.rows = posted_inputs(self.data) if self.is_bound else [InputRow()]
        self.output_rows = posted_outputs(self.data) if self.is_bound else [OutputRow()]

    def clean(self) -> dict[str, Any]:
        """Look at the rows of the inputs and outputs too."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not check_names(self.rows):
            self.add_error(None, _("Look at the inputs."))
        if not check_names(self.output_rows):
            self.add_error(None, _("Look at the outputs."))
        return cleaned

    def refuse(self, error: UserError) -> None:
        """Put a service's words where they belong, such as beside the row of an input."""
        errors = error.errors if isinstance(error, InvalidInput) else {error.field or "": [str(error.message)]}
        for path, sentences in errors.items():
            kind, _dot, name = path.partition(".")
            rows: list[Any] = [*self.rows] if kind == "inputs" else [*self.output_rows] if kind == "outputs" else []
            row = next((row for row in rows if row.name == name), None)
            if row:
                row.error = " ".join(sentences)
                look = _("Look at the input “%(name)s”.") if kind == "inputs" else _("Look at the output “%(name)s”.")
                self.add_error(None, look % {"name": name})
                continue
            place = _PLACES.get(path) or _PLACES.get(kind) or path
            named = [f"{name}: {sentence}" if name and kind == "variables" else sentence for sentence in sentences]
            self.add_error(place if place in self.fields else None, named)

    def to_job(self, origin: CommandJob | None = None) -> CommandJob:
        """Return what the form says; ``origin`` is the job it was cloned from, whose parts without a field are kept."""
        data = self.cleaned_data
        earlier = origin or CommandJob(command="")
        timeout = data["timeout_minutes"]
        return replace(
            earlier,
            command=data["command"].replace("\r\n", "\n"),
            environment=data["environment"] or None,
            compute=data["compute"],
            inputs={row.name: row.as_given() for row in self.rows if row.name},
            outputs={row.name: _output(row, earlier.outputs.get(row.name, {})) for row in self.output_rows if row.name},
            variables=data["variables"],
            limits=Limits(timeout * SECONDS_A_MINUTE if timeout else None, data["memory_mb"], earlier.limits.processes),
            display_name=data["display_name"],
            description=data["description"],
            tags=data["tags"],
            # Where the code came from is no longer true once other code is given.
            properties=earlier.properties if data["code_from"] == "kept" else {},
        )


_PLACES = {
    "limits.timeout_s": "timeout_minutes",
    "limits.memory_mb": "memory_mb",
    "experiment_name": "experiment",
    "name": "experiment",  # of an experiment that would have been made
    "code": "upload",
    "snapshot": "upload",
}


@dataclass(frozen=True)
class Prefilled:
    """What a new form shows: values by field, the rows of the inputs, and a sentence about them."""

    values: dict[str, Any] = field(default_factory=dict)
    rows: list[InputRow] = field(default_factory=list)
    output_rows: list[OutputRow] = field(default_factory=list)
    is_example: bool = False
    note: str = ""


def prefilled_from(job: CommandJob, experiment_name: str) -> Prefilled:
    """Return the form of a job that exists."""
    timeout = job.limits.timeout_s
    values = {
        "command": job.command,
        "environment": job.environment or "",
        "compute": job.compute,
        "timeout_minutes": -(-timeout // SECONDS_A_MINUTE) if timeout else None,
        "memory_mb": job.limits.memory_mb,
        "variables": job.variables,
        "experiment": experiment_name,
        "display_name": job.display_name,
        "description": job.description,
        "tags": job.tags,
    }
    return Prefilled(values, input_rows(job.inputs), output_rows(job.outputs))


def _output(row: OutputRow, earlier: dict[str, Any]) -> dict[str, Any]:
    """Return an output as a job has it; parts without a field are kept."""
    rest = {name: value for name, value in earlier.items() if name not in {"type", "name"}}
    return {**rest, "type": row.type, **({"name": row.asset} if row.asset else {})}
