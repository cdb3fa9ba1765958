"""Forms of models. The rules themselves are the services'."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from apps.registry.models.model import ALIAS_PATTERN
from apps.registry.states import Framework, ModelType
from apps.workspaces.forms import StudioForm, TagsField
from apps.workspaces.text import validate_text

NAME_HELP = _("Letters, digits, spaces, hyphens, underscores and dots.")
TAGS_HELP = _("One to a line, as name=value or just a name.")


def name_field(**kwargs: Any) -> forms.CharField:
    """Return a field for a model's name."""
    attributes = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}
    widget = forms.TextInput(attrs=attributes | kwargs.pop("attrs", {}))
    return forms.CharField(label=_("Name"), max_length=255, widget=widget, **kwargs)


def description_field(rows: int = 5, **kwargs: Any) -> forms.CharField:
    """Return a field for Markdown."""
    return forms.CharField(
        label=_("Description"),
        max_length=20_000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": rows} | kwargs.pop("attrs", {})),
        **kwargs,
    )


class RegisterForm(StudioForm):
    """What a new version is called and what it is. ``path`` is there where it comes from a run."""

    name = name_field(
        attrs={"list": "model-names"},
        help_text=_(
            "A name that is there already gets its next version. Letters, digits, spaces, hyphens, underscores and dots."
        ),
    )
    path = forms.ChoiceField(label=_("File or folder of the run"))
    type = forms.ChoiceField(label=_("Type"), required=False, choices=[("", _("As the files say")), *ModelType.choices])
    framework = forms.ChoiceField(
        label=_("Framework"), required=False, choices=[("", _("As the files say")), *Framework.choices]
    )
    framework_version = forms.CharField(
        label=_("Framework version"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    description = description_field(help_text=_("What it predicts, and what it was trained on, in Markdown."))
    tags = TagsField(label=_("Tags"), help_text=TAGS_HELP)

    def __init__(self, *args: Any, paths: list[tuple[str, str]] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if paths is None:
            del self.fields["path"]
        else:
            field: Any = self.fields["path"]
            field.choices = paths

    def said(self) -> dict[str, Any]:
        """Return what was entered, as the services take it. The form must be valid."""
        given = {name: value for name, value in self.cleaned_data.items() if name not in {"name", "path"}}
        return {**given, "type": given["type"] or None, "framework": given["framework"] or None}


class EditForm(StudioForm):
    """What can be changed of a model."""

    name = name_field(
        help_text=_("Jobs and scripts that use the old name no longer find the model; versions and aliases stay.")
    )
    description = description_field(help_text=_("What the model is for, in Markdown."))
    tags = TagsField(label=_("Tags"), help_text=TAGS_HELP)


class DescriptionForm(StudioForm):
    """What somebody says about a version."""

    description = description_field(6, attrs={"autofocus": True}, help_text=_("In Markdown."))


class AliasForm(StudioForm):
    """An alias to give to a version, or the name of one to take away."""

    add = forms.CharField(
        max_length=255,
        required=False,
        validators=[
            RegexValidator(
                ALIAS_PATTERN,
                _("Begin with a letter, then letters, digits, dots, hyphens or underscores; not “latest” or a number."),
            )
        ],
    )
    remove = forms.CharField(max_length=255, required=False)
