"""Forms of the designer."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.errors import InvalidInput, UserError
from apps.experiments.views.code_form import LONGEST_JOB_FILE, MONO
from apps.workspaces.forms import StudioForm
from apps.workspaces.text import validate_one_line


class ImportForm(StudioForm):
    """A pipeline's file that becomes a draft."""

    name = forms.CharField(
        label=_("Name"),
        max_length=255,
        required=False,
        validators=[validate_one_line],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Left empty: as the file says."),
    )
    job = forms.CharField(
        label=_("Pipeline file"),
        max_length=LONGEST_JOB_FILE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "wrap": "off", "data-editor": True, **MONO}),
        error_messages={"required": _("Write a pipeline file, or choose one.")},
    )
    job_upload = forms.FileField(
        label=_("or choose a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yml,.yaml", "data-text-into": "id_job"}),
    )

    def refuse(self, error: UserError) -> None:
        """Put what is wrong beside the file, wherever in it that is."""
        errors: dict[str, Any] = (
            error.errors if isinstance(error, InvalidInput) else {error.field or "job": [str(error.message)]}
        )
        for path, sentences in errors.items():
            self.add_error("name" if path == "name" else "job", [*sentences])
