"""Small forms of the pages of runs and experiments. The rules themselves are the services'."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.workspaces.forms import StudioForm, TagsField
from apps.workspaces.tags import parse_tags
from apps.workspaces.text import validate_one_line, validate_text


class DisplayNameForm(StudioForm):
    """What a run is called."""

    display_name = forms.CharField(
        label=_("Display name"),
        max_length=255,
        required=False,
        validators=[validate_one_line],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )


class DescriptionForm(StudioForm):
    """What somebody says about a run."""

    description = forms.CharField(
        label=_("Description"),
        max_length=20_000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
        help_text=_("In Markdown."),
    )


class TagForm(StudioForm):
    """One tag to add, or the name of one to take off."""

    add = forms.CharField(max_length=1200, required=False)
    remove = forms.CharField(max_length=255, required=False, strip=False)

    def clean_add(self) -> dict[str, str]:
        """Read ``name=value`` or a name."""
        return parse_tags(self.cleaned_data["add"])

    def applied_to(self, tags: dict[str, str]) -> dict[str, str]:
        """Return a run's tags with the one added and the other taken off."""
        kept = {name: value for name, value in tags.items() if name != self.cleaned_data["remove"]}
        return {**kept, **self.cleaned_data["add"]}


class TagRunsForm(StudioForm):
    """Tags for several runs at once."""

    add = TagsField(label=_("Add or change"), help_text=_("One to a line, as name=value or just a name."))
    remove = forms.CharField(
        label=_("Take off"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "class": "mono"}),
        help_text=_("Names of tags, one to a line."),
    )

    def clean_remove(self) -> list[str]:
        """Read one name from each line."""
        return [line.strip() for line in self.cleaned_data["remove"].splitlines() if line.strip()]

    def clean(self) -> dict[str, Any]:
        """Ask for something to do."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned["add"] and not cleaned["remove"]:
            self.add_error("add", _("Write at least one tag."))
        return cleaned


class ExperimentForm(StudioForm):
    """What can be said about an experiment."""

    description = forms.CharField(
        label=_("Description"),
        max_length=5000,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("What is tried here and what was found, in Markdown."),
    )
    tags = TagsField(label=_("Tags"), help_text=_("One to a line, as name=value or just a name."))
