"""Forms of the wizard, and of a dataset's description."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.data.tabular.settings import DELIMITERS, ENCODINGS, MOST_SKIPPED_LINES, Format, ParserSettings
from apps.workspaces.forms import StudioForm, TagsField
from apps.workspaces.text import validate_text


class SettingsForm(StudioForm):
    """How the files are read as a table."""

    format = forms.ChoiceField(label=_("Format"), choices=Format.choices)
    delimiter = forms.ChoiceField(label=_("Delimiter"), choices=[*DELIMITERS.items()], required=False)
    encoding = forms.ChoiceField(label=_("Encoding"), choices=[*ENCODINGS.items()], required=False)
    skip_lines = forms.IntegerField(
        label=_("Lines to skip at the start"), min_value=0, max_value=MOST_SKIPPED_LINES, required=False
    )
    has_header = forms.BooleanField(label=_("The first line names the columns"), required=False)
    decimal_comma = forms.BooleanField(label=_("Numbers are written with a comma: 3,14"), required=False)

    @classmethod
    def showing(cls, settings: ParserSettings) -> "SettingsForm":
        """Return the form with settings in it."""
        return cls(initial=vars(settings))

    def settings(self) -> ParserSettings:
        """Return what was chosen. The form must be valid.

        Raises:
            InvalidInput: settings contradict one another.
        """
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if self.cleaned_data["format"] != Format.DELIMITED:
            given = {name: given[name] for name in ("format", "encoding") if name in given}
        return ParserSettings.from_json(given)


class DescriptionForm(StudioForm):
    """What can be said about a dataset, and changed later."""

    description = forms.CharField(
        label=_("Description"),
        max_length=20_000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Where the data is from and what it means, in Markdown."),
    )
    tags = TagsField(label=_("Tags"), help_text=_("One to a line, as name=value or just a name."))


class DetailsForm(DescriptionForm):
    """What the new version is called."""

    field_order = ("name", "is_next", "description", "tags")

    name = forms.CharField(
        label=_("Name"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
        help_text=_("Jobs name it so: letters, digits, hyphens, underscores and dots."),
    )
    is_next = forms.BooleanField(
        label=_("If there is a dataset of this name, make this its next version"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Keep what a dataset says of itself where its next version says nothing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("is_next"):
            cleaned["description"] = cleaned.get("description") or None
            cleaned["tags"] = cleaned.get("tags") or None
        return cleaned
