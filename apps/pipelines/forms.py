"""Forms of components and published pipelines. They read what people type; the rules are the models' and services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.errors import InvalidInput, UserError
from apps.experiments.views.code_form import LONGEST_JOB_FILE, MONO, CodeForm
from apps.pipelines.assigning import Parameter, binding_of, text_of
from apps.pipelines.errors import PipelineEndpointExists
from apps.pipelines.graph.types import Binding
from apps.pipelines.services.comparing import range_text
from apps.workspaces.forms import StudioForm, TagsField
from apps.workspaces.text import validate_one_line, validate_text

TAGS_HELP = _("One to a line, as name=value or just a name.")
INPUT_PREFIX = "input-"
NEW = "new"


def one_line(**kwargs: Any) -> forms.CharField:
    """Return a field for a text of one line."""
    attributes = {"autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(
        max_length=255,
        validators=[validate_one_line],
        widget=forms.TextInput(attrs=attributes | kwargs.pop("attrs", {})),
        **kwargs,
    )


def description_field(rows: int = 4, **kwargs: Any) -> forms.CharField:
    """Return a field for Markdown."""
    return forms.CharField(
        label=_("Description"),
        max_length=20_000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": rows} | kwargs.pop("attrs", {})),
        **kwargs,
    )


class ComponentForm(CodeForm):
    """A component file, and the code that it names."""

    field_order = ("component", "component_upload", "version")

    component = forms.CharField(
        label=_("Component file"),
        max_length=LONGEST_JOB_FILE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 26, "wrap": "off", "data-editor": True, **MONO}),
        error_messages={"required": _("Write a component file, or choose one.")},
    )
    component_upload = forms.FileField(
        label=_("or choose a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yml,.yaml", "data-text-into": "id_component"}),
    )
    version = one_line(
        label=_("Version"),
        required=False,
        attrs={"class": "mono"},
        help_text=_("Left empty: as the file says, else the next number."),
    )

    def refuse(self, error: UserError) -> None:
        """Put what is wrong with the component beside its file: it stands in no other field here."""
        errors = error.errors if isinstance(error, InvalidInput) else {error.field or "component": [str(error.message)]}
        for path, sentences in errors.items():
            own = "version" if path == "version" and self.cleaned_data.get("version") else "component"
            self.add_error("upload" if path in {"code", "snapshot"} else own, [*sentences])


class VersionForm(StudioForm):
    """What somebody says about a version of a component."""

    display_name = one_line(label=_("Display name"), required=False)
    description = description_field(6, attrs={"autofocus": True}, help_text=_("In Markdown."))


class PublishForm(StudioForm):
    """A pipeline to publish, and the endpoint under which it is called. ``endpoint``: the id of one, or ``NEW``."""

    # Of an endpoint that is there no name is asked, and browsers do not know.
    use_required_attribute = False

    endpoint = forms.ChoiceField(label=_("Pipeline endpoint"))
    endpoint_name = one_line(
        label=_("Name of the new endpoint"),
        help_text=_("Letters, digits, spaces, hyphens, underscores and dots."),
        error_messages={"required": _("Give the new endpoint a name, or choose one that is there.")},
    )
    make_default = forms.BooleanField(
        label=_("Make it the default version"),
        required=False,
        initial=True,
        help_text=_("Calls that ask for no version get the default one."),
    )
    name = one_line(label=_("Name of the pipeline"))
    version = one_line(
        label=_("Version"), required=False, help_text=_("Your own mark, such as 1.2; the endpoint counts by itself.")
    )
    description = description_field(help_text=_("What it does and what its parameters mean, in Markdown."))
    experiment_name = one_line(
        label=_("Experiment"), required=False, help_text=_("Where runs go, unless a caller names another.")
    )

    def __init__(self, *args: Any, endpoints: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["endpoint"]
        field.choices = [(NEW, _("A new endpoint")), *endpoints]
        if self.is_bound:
            self.fields["endpoint_name"].required = self.data.get("endpoint") == NEW

    def refuse(self, error: UserError) -> None:
        """Tell a taken name of the endpoint from the pipeline's."""
        if isinstance(error, PipelineEndpointExists):
            self.add_error("endpoint_name", [str(error.message)])
        else:
            super().refuse(error)


class EndpointForm(StudioForm):
    """What can be changed of a pipeline endpoint."""

    name = one_line(label=_("Name"), help_text=_("The address does not change with it."))
    description = description_field(6, help_text=_("What it is for, in Markdown."))


class PublishedForm(StudioForm):
    """What can be changed of a published pipeline."""

    description = description_field(8, attrs={"autofocus": True}, help_text=_("In Markdown."))


class SubmitForm(StudioForm):
    """A run of a published pipeline: one field for each of its parameters, and where the run goes."""

    experiment_name = one_line(label=_("Experiment"), required=False, help_text=_("Left empty, it is “Default”."))
    display_name = one_line(label=_("Name of the run"), required=False)
    description = description_field(3)
    tags = TagsField(label=_("Tags"), help_text=TAGS_HELP)
    continue_on_step_failure = forms.BooleanField(label=_("Go on with other steps when one fails"), required=False)

    def __init__(self, *args: Any, parameters: list[Parameter], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parameters = {f"{INPUT_PREFIX}{one.name}": one for one in parameters}
        for key, parameter in self.parameters.items():
            self.fields[key] = _field_of(parameter)
        self.bindings: dict[str, Binding] = {}

    @property
    def input_fields(self) -> list[Any]:
        """The fields of the parameters."""
        return [self[key] for key in self.parameters]

    @property
    def other_fields(self) -> list[Any]:
        """The fields about the run."""
        return [self[key] for key in self.fields if key not in self.parameters]

    def clean(self) -> dict[str, Any]:
        """Read each parameter as its type has it; what is left empty is as it is without being given."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for key, parameter in self.parameters.items():
            text = cleaned.get(key)
            if key in self.errors or text is None or text == "":
                continue
            try:
                self.bindings[parameter.name] = binding_of(parameter.port, text)
            except ValueError as error:
                self.add_error(key, f"{str(error).rstrip('.')}.")
        return cleaned

    @property
    def places(self) -> dict[str, str]:
        """Where each parameter stands in this form."""
        return {parameter.name: key for key, parameter in self.parameters.items()}


def _field_of(parameter: Parameter) -> forms.Field:
    """Return the field of a parameter; what it may be stands below it."""
    port = parameter.port
    said = [str(port.type), range_text(port), port.description]
    common: dict[str, Any] = {
        "label": parameter.name,
        "required": parameter.is_required,
        "initial": parameter.default_text,
        "help_text": " · ".join(part for part in said if part),
    }
    choices = [text_of(value) for value in port.enum] or (["true", "false"] if port.type == "boolean" else [])
    if choices:
        blank = [] if parameter.is_required else [("", "–")]
        return forms.ChoiceField(choices=[*blank, *((one, one) for one in choices)], **common)
    attributes = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}
    if port.type in {"integer", "number"}:
        attributes["inputmode"] = "numeric" if port.type == "integer" else "decimal"
    elif not port.is_literal:
        attributes["placeholder"] = "azureml:iris:1"
    return forms.CharField(max_length=30_000, widget=forms.TextInput(attrs=attributes), **common)
