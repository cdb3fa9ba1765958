"""The part of a form that gives a run its code, and the form of a job file, which needs no more."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput, UserError
from apps.workspaces.forms import StudioForm

LONGEST_SCRIPT = 1_000_000
LONGEST_JOB_FILE = 1024 * 1024
SCRIPT_NAME = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
MONO = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}


class CodeForm(StudioForm):
    """Where the code comes from: written in place, uploaded, kept from before, or none."""

    # Browsers must not ask for fields of ways that were not chosen.
    use_required_attribute = False

    code_from = forms.ChoiceField(
        label=gettext_lazy("Code"),
        choices=[
            ("script", gettext_lazy("Write a script")),
            ("upload", gettext_lazy("Upload a folder or zip")),
            ("kept", gettext_lazy("Keep")),
            ("none", gettext_lazy("No code")),
        ],
        widget=forms.RadioSelect,
    )
    script_name = forms.CharField(
        label=gettext_lazy("File name"),
        max_length=255,
        error_messages={"required": gettext_lazy("Give the script a file name, such as train.py.")},
        validators=[
            RegexValidator(
                rf"\A{SCRIPT_NAME}\Z",
                gettext_lazy("Use letters, digits, dots, hyphens and underscores, such as train.py."),
            )
        ],
        widget=forms.TextInput(attrs=MONO),
    )
    script = forms.CharField(
        label=gettext_lazy("Script"),
        strip=False,
        max_length=LONGEST_SCRIPT,
        error_messages={"required": gettext_lazy("Write the script, or choose another way to give the code.")},
        widget=forms.Textarea(attrs={"rows": 18, "wrap": "off", "data-editor": True, **MONO}),
    )
    upload = forms.FileField(
        label=gettext_lazy("Zip file"),
        error_messages={"required": gettext_lazy("Choose a folder or a zip file.")},
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
        help_text=gettext_lazy("At most 300 MB and 2,000 files; what .amlignore or .gitignore names is left out."),
    )
    # Signed: code of an earlier upload or run, so that nothing has to be sent twice.
    kept = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound:
            needed = {"script": {"script", "script_name"}, "upload": {"upload"}}.get(
                self.data.get("code_from", ""), set()
            )
            for name in ("script", "script_name", "upload"):
                if name in self.fields:
                    self.fields[name].required = name in needed

    def clean_script(self) -> str:
        """Refuse a script of nothing but spaces."""
        field = self.fields["script"]
        if field.required and not self.cleaned_data["script"].strip():
            raise forms.ValidationError(field.error_messages["required"], code="required")
        return str(self.cleaned_data["script"])


class JobFileForm(CodeForm):
    """A job file, and the code that it names."""

    field_order = ("job", "job_upload")

    job = forms.CharField(
        label=gettext_lazy("Job file"),
        max_length=LONGEST_JOB_FILE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "wrap": "off", "data-editor": True, **MONO}),
        error_messages={"required": gettext_lazy("Paste a job file, or choose one.")},
    )
    job_upload = forms.FileField(
        label=gettext_lazy("or choose a file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yml,.yaml", "data-text-into": "id_job"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["script"], self.fields["script_name"]
        choices = self.fields["code_from"].choices  # type: ignore[attr-defined]
        self.fields["code_from"].choices = [choice for choice in choices if choice[0] != "script"]  # type: ignore[attr-defined]

    def refuse(self, error: UserError) -> None:
        """Put what is wrong with the job beside it: it stands in no other field here."""
        errors = error.errors if isinstance(error, InvalidInput) else {error.field or "job": [str(error.message)]}
        for path, sentences in errors.items():
            self.add_error("upload" if path in {"code", "snapshot"} else "job", [*sentences])
