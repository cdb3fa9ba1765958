"""Forms of workspaces. They read what people type; the rules themselves are the models' and services'."""

from datetime import UTC, datetime
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.errors import InvalidInput, UserError
from apps.workspaces.models import Alias, Workspace
from apps.workspaces.models.alias import AliasKind
from apps.workspaces.models.secret import NAME_PATTERN as SECRET_NAME_PATTERN
from apps.workspaces.models.workspace import LONGEST_DESCRIPTION
from apps.workspaces.roles import Role
from apps.workspaces.tags import format_tags, parse_tags, validate_tags
from apps.workspaces.text import validate_one_line, validate_text


class StudioForm(forms.Form):
    """A form that can show what a service refused."""

    def refuse(self, error: UserError) -> None:
        """Put a service's words beside the field they are about, or above the form."""
        errors = error.errors if isinstance(error, InvalidInput) else {error.field or "": [str(error.message)]}
        for name, messages in errors.items():
            self.add_error(name if name in self.fields else None, [*messages])


class TagsField(forms.CharField):
    """Tags, one to a line."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"rows": 3, "spellcheck": "false", "class": "mono", "placeholder": "team=fraud\nproduction"}
        super().__init__(widget=forms.Textarea(attrs=attributes), required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return format_tags(value) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        tags = parse_tags(super().to_python(value) or "")
        validate_tags(tags)
        return tags

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(initial != data)


class DetailsForm(StudioForm):
    """What can be said about a workspace, and changed later."""

    friendly_name = forms.CharField(
        label=_("Friendly name"),
        max_length=100,
        required=False,
        validators=[validate_one_line],
        help_text=_("Shown in lists and headings. Left empty, it is the name."),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=LONGEST_DESCRIPTION,
        required=False,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What this workspace is for, in Markdown."),
    )
    tags = TagsField(
        label=_("Tags"), help_text=_("One to a line, as name=value or just a name. Lists can be filtered by them.")
    )


class CreateForm(DetailsForm):
    """A new workspace."""

    field_order = ("name", "friendly_name", "description", "tags")

    name = forms.CharField(
        label=_("Name"),
        max_length=32,
        min_length=2,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autofocus": True, "class": "mono"}
        ),
        help_text=_(
            "2 to 32 letters, digits, hyphens and underscores. It is in every address and cannot be changed later."
        ),
    )


class EditForm(DetailsForm):
    """A workspace's details, with the moment of the state that was shown, so that no one's changes are written over unseen."""

    updated_at = forms.CharField(widget=forms.HiddenInput, required=False)

    @classmethod
    def showing(cls, workspace: Workspace) -> "EditForm":
        """Return the form as it is opened."""
        fields = ("friendly_name", "description", "tags")
        values = {name: getattr(workspace, name) for name in fields}
        return cls(initial={**values, "updated_at": workspace.updated_at.isoformat()})

    def clean_updated_at(self) -> datetime:
        """Return the moment; what is no moment fits no state, so that both states are shown."""
        try:
            return datetime.fromisoformat(self.cleaned_data["updated_at"])
        except ValueError:
            return datetime.min.replace(tzinfo=UTC)

    def changes(self) -> dict[str, Any]:
        """Return what was sent, without the moment."""
        return {name: self.cleaned_data[name] for name in ("friendly_name", "description", "tags")}


class ConfirmForm(StudioForm):
    """Typing the name of what goes away."""

    confirm = forms.CharField(
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"})
    )

    def __init__(self, workspace: Workspace, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.workspace = workspace
        self.fields["confirm"].label = _("Type %(name)s to confirm") % {"name": workspace.name}

    def clean_confirm(self) -> str:
        """Compare with the name, to the letter."""
        value: str = self.cleaned_data["confirm"]
        if value != self.workspace.name:
            raise forms.ValidationError(_("This is not the name. Type %(name)s.") % {"name": self.workspace.name})
        return value


class RoleForm(StudioForm):
    """A member's role."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class AddMemberForm(RoleForm):
    """Somebody to add, or to invite."""

    field_order = ("person", "role")

    person = forms.CharField(
        label=_("User name or email"),
        max_length=254,
        validators=[validate_one_line],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Somebody without an account gets an invitation, if you write their email address."),
    )


class ReplaceSecretForm(StudioForm):
    """A secret's value. It is never put back into a page, also not after a mistake."""

    value = forms.CharField(
        label=_("Value"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false", "class": "mono"}),
        help_text=_("Stored encrypted. Nobody can read it here again, only replace it."),
    )

    def clean_value(self) -> str:
        """Undo what browsers do to the ends of lines, or keys and certificates would not be what was pasted."""
        value: str = self.cleaned_data["value"]
        return value.replace("\r\n", "\n")

    def without_value(self) -> Self:
        """Return the form as it may be shown again."""
        self.data = {name: value for name, value in self.data.items() if name != "value"}
        if "value" not in self.errors:
            self.add_error("value", _("Write the value again: it is not kept in the page."))
        return self


class SecretForm(ReplaceSecretForm):
    """A new secret."""

    field_order = ("name", "value")

    name = forms.RegexField(
        SECRET_NAME_PATTERN,
        label=_("Name"),
        max_length=127,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
        error_messages={
            "invalid": _("Use letters, digits, hyphens, dots and underscores, and begin with a letter or digit.")
        },
    )


class AliasForm(StudioForm):
    """What a name means here."""

    kind = forms.ChoiceField(label=_("Kind"), choices=AliasKind.choices)
    name = forms.CharField(
        label=_("Name in the files"),
        max_length=255,
        validators=[validate_one_line],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
        help_text=_("As job files written for Azure ML call it, such as gpu-cluster."),
    )
    target = forms.CharField(
        label=_("Name here"),
        max_length=255,
        validators=[validate_one_line],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
        help_text=_("What it means in this workspace, such as local."),
    )

    @classmethod
    def showing(cls, alias: Alias) -> "AliasForm":
        """Return the form of an alias that exists."""
        return cls(initial={"kind": alias.kind, "name": alias.name, "target": alias.target})


class TagForm(StudioForm):
    """One tag to add, or the name of one to take off."""

    add = forms.CharField(max_length=1200, required=False)
    remove = forms.CharField(max_length=255, required=False, strip=False)

    def clean_add(self) -> dict[str, str]:
        """Read ``name=value`` or a name."""
        return parse_tags(self.cleaned_data["add"])

    def applied_to(self, tags: dict[str, str]) -> dict[str, str]:
        """Return tags with the one added and the other taken off."""
        kept = {name: value for name, value in tags.items() if name != self.cleaned_data["remove"]}
        return {**kept, **self.cleaned_data["add"]}
