"""The form that runs a pipeline again with other inputs or settings."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput, UserError
from apps.pipelines.graph.types import Binding, FromData, Graph, InputPort, Settings, Value
from apps.workspaces.forms import StudioForm

PREFIX = "input-"
AS_IS = ""


def text_of(binding: Binding | None, port: InputPort) -> Any:
    """Return what a field shows for an input."""
    if isinstance(binding, Value):
        return binding.value
    if isinstance(binding, FromData):
        return binding.path
    return port.default if binding is None else None


class ClonePipelineForm(StudioForm):
    """A field for each input of the pipeline, and the settings that hold for the whole."""

    use_required_attribute = False

    display_name = forms.CharField(label=gettext_lazy("Display name"), max_length=255, required=False)
    experiment = forms.CharField(
        label=gettext_lazy("Experiment"),
        max_length=255,
        widget=forms.TextInput(attrs={"list": "experiments", "autocomplete": "off"}),
    )
    default_compute = forms.ChoiceField(
        label=gettext_lazy("Compute target"),
        required=False,
        help_text=gettext_lazy("Of steps that name none of their own."),
    )
    continue_on_step_failure = forms.BooleanField(
        label=gettext_lazy("Go on with other steps when one fails"), required=False
    )
    force_rerun = forms.BooleanField(label=gettext_lazy("Run all steps, even if nothing changed"), required=False)

    def __init__(
        self, *args: Any, graph: Graph, given: Mapping[str, Binding], targets: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.graph = graph
        self.given = given
        self.fields["default_compute"].choices = [(AS_IS, gettext_lazy("as the pipeline says")), *targets]  # type: ignore[attr-defined]
        for name, port in graph.inputs.items():
            self.fields[PREFIX + name] = _field_of(name, port)
            self.initial.setdefault(PREFIX + name, text_of(given.get(name), port))

    @property
    def inputs(self) -> list[forms.BoundField]:
        """The fields of the pipeline's inputs."""
        return [self[PREFIX + name] for name in self.graph.inputs]

    def bindings(self) -> dict[str, Binding]:
        """Return what was given for the inputs; what was left empty has its default."""
        found: dict[str, Binding] = {}
        for name, port in self.graph.inputs.items():
            value = self.cleaned_data.get(PREFIX + name)
            if value is None or value == "":
                continue
            found[name] = Value(value) if port.is_literal else _data(value, port, self.given.get(name))
        return found

    def settings(self) -> Settings:
        """Return what shall hold for the whole."""
        asked = self.cleaned_data
        return Settings(
            default_compute=asked["default_compute"] or self.graph.settings.default_compute,
            default_datastore=self.graph.settings.default_datastore,
            continue_on_step_failure=asked["continue_on_step_failure"],
            force_rerun=asked["force_rerun"],
        )

    def refuse(self, error: UserError) -> None:
        """Put what is wrong beside the input it is about; what is wrong with a step says which."""
        errors = error.errors if isinstance(error, InvalidInput) else {error.field or "": [str(error.message)]}
        for path, sentences in errors.items():
            kind, _dot, name = path.partition(".")
            if kind == "inputs" and PREFIX + name in self.fields:
                self.add_error(PREFIX + name, [*sentences])
            elif path in self.fields:
                self.add_error(path, [*sentences])
            else:
                step = name.partition(".")[0] if kind == "nodes" else ""
                self.add_error(None, [f"{step}: {sentence}" if step else sentence for sentence in sentences])


def _data(path: str, port: InputPort, before: Binding | None) -> FromData:
    mode = before.mode if isinstance(before, FromData) else ""
    return FromData(path.strip(), port.type, mode)


def _field_of(name: str, port: InputPort) -> forms.Field:
    is_required = not port.optional and port.default is None
    common: dict[str, Any] = {
        "label": name,
        "required": is_required,
        "help_text": port.description,
        "error_messages": {"required": _("Give a value: the pipeline needs one.")},
    }
    if port.enum:
        choices = [(str(one), str(one)) for one in port.enum]
        return forms.ChoiceField(choices=choices if is_required else [("", "–"), *choices], **common)
    if port.type == "boolean":
        return forms.TypedChoiceField(
            choices=[("True", _("Yes")), ("False", _("No"))],
            coerce=lambda text: text == "True",
            empty_value=None,
            **common,
        )
    if port.type == "integer":
        return forms.IntegerField(min_value=_whole(port.minimum), max_value=_whole(port.maximum), **common)
    if port.type == "number":
        return forms.FloatField(min_value=port.minimum, max_value=port.maximum, widget=_any_step(), **common)
    attributes = {"autocomplete": "off", "spellcheck": "false"}
    if not port.is_literal:
        attributes |= {"list": "data-choices", "class": "mono", "placeholder": "azureml:name:1"}
    return forms.CharField(widget=forms.TextInput(attrs=attributes), **common)


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _any_step() -> forms.NumberInput:
    return forms.NumberInput(attrs={"step": "any"})
