"""Forms of the account and administration pages."""

import zoneinfo
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.models.token import TokenScope
from apps.accounts.models.user import Theme
from apps.core.errors import InvalidInput

LONGEST_PASSWORD = 4096
BROWSERS_LANGUAGE = "browser"
PASSWORD_HELP = gettext_lazy("At least 10 characters. A few words in a row are strong and easy to remember.")


class StudioForm(forms.Form):
    """A form that can show what a service found wrong."""

    def add_faults(self, error: InvalidInput) -> None:
        """Put each message beside its field, or above the form where it has none."""
        for name, messages in error.errors.items():
            for message in messages:
                self.add_error(name if name in self.fields else None, message)


class SignInForm(StudioForm):
    """Who somebody is, and the proof."""

    name = forms.CharField(
        label=gettext_lazy("User name or email address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        following = "password" if self.data.get("name") else "name"
        self.fields[following].widget.attrs["autofocus"] = True


class PasswordForm(StudioForm):
    """A new password, typed twice; who has one already shows that they know it."""

    old_password = forms.CharField(
        label=gettext_lazy("Present password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=gettext_lazy("New password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("New password, again"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if not user.has_usable_password():
            del self.fields["old_password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        return _same_twice(self)


class AcceptInvitationForm(StudioForm):
    """What a new account needs besides the invitation. Names are checked by the service, which makes the account."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        help_text=gettext_lazy("Letters without accents, digits, and . _ + -"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    full_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        help_text=PASSWORD_HELP,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("Password, again"),
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        return _same_twice(self)


class ProfileForm(StudioForm):
    """What people say about themselves."""

    full_name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Email address"),
        required=False,
        help_text=gettext_lazy("You can sign in with it instead of your user name."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    theme = forms.ChoiceField(label=gettext_lazy("Theme"), choices=Theme.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        browsers = (BROWSERS_LANGUAGE, _("Like the browser"))
        self.fields["language"].choices = [browsers, *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = [("UTC", "UTC"), *_time_zones()]  # type: ignore[attr-defined]
        self.initial["language"] = self.initial.get("language") or BROWSERS_LANGUAGE
        self.initial["time_zone"] = self.initial.get("time_zone") or "UTC"

    def clean_language(self) -> str:
        language: str = self.cleaned_data["language"]
        return "" if language == BROWSERS_LANGUAGE else language


class Lifetime(TextChoices):
    """How long a token lives, in days."""

    MONTH = "30", gettext_lazy("30 days")
    QUARTER = "90", gettext_lazy("90 days")
    YEAR = "365", gettext_lazy("1 year")
    FOREVER = "never", gettext_lazy("Never")


class Reach(TextChoices):
    """How far a token reaches."""

    ALL = "all", gettext_lazy("All my workspaces, also future ones")
    CHOSEN = "chosen", gettext_lazy("Only these")


class ManyCheckboxes(forms.CheckboxSelectMultiple):
    """Checkboxes for hundreds of choices. Django renders a template for each, which takes a second for 500."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        rows = (
            (name, key, mark_safe(" checked" if str(key) in chosen else ""), label)  # noqa: S308  # no text of anybody's
            for key, label in self.choices
        )
        return format_html_join("", '<div><label><input type="checkbox" name="{}" value="{}"{}> {}</label></div>', rows)


class TokenForm(StudioForm):
    """A new personal access token."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("Where you will use it, such as “laptop” or “nightly export”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("May"), choices=TokenScope.choices, initial=TokenScope.WRITE, widget=forms.RadioSelect
    )
    lifetime = forms.ChoiceField(
        label=gettext_lazy("Expires in"), choices=Lifetime.choices, initial=Lifetime.QUARTER.value
    )
    reach = forms.ChoiceField(
        label=gettext_lazy("Workspaces"), choices=Reach.choices, initial=Reach.ALL, widget=forms.RadioSelect
    )
    workspaces = forms.MultipleChoiceField(
        label=gettext_lazy("Chosen workspaces"), required=False, widget=ManyCheckboxes
    )

    def __init__(self, *args: Any, workspaces: list[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["workspaces"].choices = [(str(key), label) for key, label in workspaces]  # type: ignore[attr-defined]
        if not workspaces:
            del self.fields["reach"], self.fields["workspaces"]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("reach") == Reach.CHOSEN and "workspaces" not in self.errors and not data.get("workspaces"):
            self.add_error("workspaces", _("Choose at least one workspace, or let the token reach all."))
        return data

    def expires_at(self) -> datetime | None:
        """Return when the token shall expire; None for never."""
        lifetime = self.cleaned_data["lifetime"]
        return None if lifetime == Lifetime.FOREVER else timezone.now() + timedelta(days=int(lifetime))

    def workspace_ids(self) -> list[UUID]:
        """Return the workspaces it shall be limited to; none for all."""
        if self.cleaned_data.get("reach") != Reach.CHOSEN:
            return []
        return [UUID(value) for value in self.cleaned_data["workspaces"]]


class InviteForm(StudioForm):
    """Whom to invite."""

    email = forms.EmailField(
        label=gettext_lazy("Email address"), widget=forms.EmailInput(attrs={"autocomplete": "off", "autofocus": True})
    )


def _same_twice(form: forms.Form) -> dict[str, Any]:
    data = form.cleaned_data
    if data.get("password") and data.get("again") and data["password"] != data["again"]:
        form.add_error("again", ValidationError(_("The two passwords differ. Type the same one again.")))
    return data


@cache
def _time_zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the world's time zones by continent, as a select shows them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        area, _slash, place = name.partition("/")
        if place and area not in {"Etc", "SystemV", "US", "posix", "right"}:
            groups.setdefault(area, []).append((name, place.replace("_", " ").replace("/", " – ")))
    return list(groups.items())
