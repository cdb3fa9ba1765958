"""The form of a new environment, or of the next version of one."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from apps.environments.models import EnvironmentVersion
from apps.environments.sources import LONGEST_SOURCE, Pythons
from apps.workspaces.forms import StudioForm, TagsField
from apps.workspaces.text import validate_text

EXAMPLE = "scikit-learn>=1.5\npandas\n"
CONDA_EXAMPLE = """\
name: churn
dependencies:
  - python=3.11
  - scikit-learn=1.5
  - pip:
    - lightgbm
"""


class VariablesField(TagsField):
    """Environment variables, one to a line as NAME=value."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["placeholder"] = "OMP_NUM_THREADS=2"


class EnvironmentForm(StudioForm):
    """What an environment holds, as people have it: requirements, a conda file or a definition for Azure ML."""

    name = forms.CharField(
        label=_("Name"),
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "mono"}),
        help_text=_("Jobs name it so. A name that exists gets its next version."),
    )
    source = forms.CharField(
        label=_("Packages"),
        required=False,
        strip=False,
        max_length=LONGEST_SOURCE,
        widget=forms.Textarea(
            attrs={"rows": 14, "spellcheck": "false", "class": "mono", "placeholder": EXAMPLE, "autocomplete": "off"}
        ),
        help_text=_("Lines of a requirements.txt, a conda file, or an environment YAML of Azure ML."),
    )
    file = forms.FileField(
        label=_("or a file of these"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.in,.yml,.yaml,.json"}),
    )
    python = forms.ChoiceField(
        label=_("Python"),
        required=False,
        help_text=_("Those that the machines have. One that is installed there appears here some minutes later."),
    )
    variables = VariablesField(
        label=_("Environment variables"), help_text=_("One to a line, NAME=value. Set for every run that uses it.")
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=5000,
        validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it is for."),
    )

    def __init__(self, pythons: Pythons, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        python = self.fields["python"]
        assert isinstance(python, forms.ChoiceField)
        as_given = _("As the packages say, else %(default)s") % {"default": pythons.default}
        python.choices = [("", as_given), *((version, version) for version in pythons.available)]

    @classmethod
    def showing(cls, pythons: Pythons, version: EnvironmentVersion) -> "EnvironmentForm":
        """Return the form with what a version says, to be changed into the next, or into another environment."""
        environment = version.environment
        is_own = not environment.is_curated and not environment.is_anonymous
        values = {
            "name": environment.name if is_own else "",
            "source": version.source,
            "python": version.recipe["python"] if version.recipe["python"] in pythons.available else "",
            "variables": version.variables,
            "description": environment.description if is_own else "",
        }
        return cls(pythons, initial=values)

    def clean(self) -> dict[str, Any]:
        """Take the file's content where there is one."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file: UploadedFile | None = cleaned.get("file")
        if file is not None:
            if (file.size or 0) > LONGEST_SOURCE:
                self.add_error("file", _("This file is larger than an environment's can be."))
                return cleaned
            try:
                cleaned["source"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("This file is not text."))
        return cleaned
