"""Forms of compute."""

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.workspaces.forms import StudioForm


class TargetForm(StudioForm):
    """What can be changed of a compute target."""

    description = forms.CharField(
        label=_("Description"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What people who choose a target should know of it."),
    )
    max_running = forms.IntegerField(
        label=_("Most at once"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("How many runs of this workspace run at once. Left empty, as many as the machines have slots for."),
    )
