"""Forms of schedules. They read what people type; the rules are ``reading``'s and the services'."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import InvalidInput, UserError
from apps.schedules import hooks
from apps.schedules.models import MOST_CATCH_UP, USUAL_CATCH_UP, Schedule
from apps.schedules.states import MissedPolicy, OverlapPolicy, TriggerType
from apps.schedules.triggers.types import USUAL_POLLING_MIN, WEEK_DAYS, Frequency
from apps.workspaces.forms import StudioForm, TagsField
from apps.workspaces.text import validate_one_line, validate_text

PLAIN = {"autocomplete": "off", "spellcheck": "false", "class": "mono"}
NUMBERS = {"autocomplete": "off", "inputmode": "numeric", "class": "mono"}
FREQUENCIES = [
    (Frequency.MINUTE, gettext_lazy("Minutes")),
    (Frequency.HOUR, gettext_lazy("Hours")),
    (Frequency.DAY, gettext_lazy("Days")),
    (Frequency.WEEK, gettext_lazy("Weeks")),
    (Frequency.MONTH, gettext_lazy("Months")),
]
DAYS = [(name, WEEKDAYS[number]) for number, name in enumerate(WEEK_DAYS)]
_FIELDS = {
    TriggerType.CRON: ("expression",),
    TriggerType.RECURRENCE: ("frequency", "interval"),
    TriggerType.DATA: ("watch", "path", "polling_interval"),
}
_PARTS = {
    Frequency.DAY: ("hours", "minutes"),
    Frequency.WEEK: ("hours", "minutes", "week_days"),
    Frequency.MONTH: ("hours", "minutes", "month_days"),
}


class NumbersField(forms.CharField):
    """Whole numbers in one line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200, widget=forms.TextInput(attrs=NUMBERS), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        parts = str(super().to_python(value) or "").replace(",", " ").split()
        if not all(part.isdecimal() for part in parts):
            raise forms.ValidationError(_("Write whole numbers, such as 8, 17."))
        return [int(part[:6]) for part in parts]


class TriggerForm(StudioForm):
    """When something is started; for the preview alone, too."""

    use_required_attribute = False  # browsers would ask for fields that are not shown

    trigger_type = forms.ChoiceField(
        label=gettext_lazy("Trigger"), widget=forms.RadioSelect, initial=TriggerType.RECURRENCE,
        choices=[
            (TriggerType.RECURRENCE, gettext_lazy("Recurrence: every day, week …")),
            (TriggerType.CRON, gettext_lazy("Cron expression")),
            (TriggerType.DATA, gettext_lazy("When data changes")),
        ],
    )  # fmt: skip
    expression = forms.CharField(
        label=gettext_lazy("Cron expression"), max_length=200, initial="30 7 * * 1-5",
        widget=forms.TextInput(attrs=PLAIN),
        help_text=gettext_lazy("Minute, hour, day of the month, month, day of the week: 30 7 * * 1-5 is every weekday at 07:30."),
    )  # fmt: skip
    interval = forms.IntegerField(label=gettext_lazy("Every"), initial=1, min_value=1)
    frequency = forms.ChoiceField(label=gettext_lazy("Unit"), choices=FREQUENCIES, initial=Frequency.DAY)
    week_days = forms.MultipleChoiceField(
        label=gettext_lazy("On"), required=False, choices=DAYS, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Left empty, it is the day of the start."),
    )  # fmt: skip
    month_days = NumbersField(
        label=gettext_lazy("On the days"),
        help_text=gettext_lazy("Such as 1, 15. Left empty, it is the day of the start. Shorter months: on their last day."),
    )  # fmt: skip
    hours = NumbersField(
        label=gettext_lazy("At the hours"),
        help_text=gettext_lazy("Such as 8, 17. Left empty, it is the time of the start."),
    )
    minutes = NumbersField(
        label=gettext_lazy("and minutes"), help_text=gettext_lazy("Of each of these hours, such as 0, 30.")
    )
    watch = forms.ChoiceField(label=gettext_lazy("What to watch"))
    path = forms.CharField(label=gettext_lazy("Where"), max_length=2000, widget=forms.TextInput(attrs=PLAIN))
    polling_interval = forms.IntegerField(
        label=gettext_lazy("Look every … minutes"), initial=USUAL_POLLING_MIN, min_value=1
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"), max_length=100,
        widget=forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    start_time = forms.CharField(
        label=gettext_lazy("Start"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"type": "datetime-local"}),
        help_text=gettext_lazy("On the clock of the time zone. Left empty, it starts at once."),
    )  # fmt: skip
    end_time = forms.CharField(
        label=gettext_lazy("End"), required=False, max_length=40,
        widget=forms.TextInput(attrs={"type": "datetime-local"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, names in _FIELDS.items():
            for name in names if self.is_bound and self.data.get("trigger_type") != kind else ():
                self.fields[name].required = False
        watchers = hooks.watchers()
        watch: Any = self.fields["watch"]
        watch.choices = [(one.kind, one.label) for one in watchers]
        examples = " · ".join(f"{one.label}: {one.example}" for one in watchers)
        self.fields["path"].help_text = _("Such as %(examples)s") % {"examples": examples}

    def trigger(self) -> dict[str, Any]:
        """Return what was chosen, as ``read_trigger`` takes it. The form must be valid."""
        said = self.cleaned_data
        kind = TriggerType(said["trigger_type"])
        names = [*_FIELDS[kind], "time_zone", "start_time", "end_time"]
        if kind == TriggerType.RECURRENCE:
            names += _PARTS.get(said["frequency"], ())
        return {"type": kind.value, **{name: said[name] for name in names if said[name] not in (None, "", [])}}

    def refuse(self, error: UserError) -> None:
        """Put the words beside the field that they are about; those of a trigger are called ``trigger.expression``."""
        errors = error.errors if isinstance(error, InvalidInput) else {error.field or "": [str(error.message)]}
        own = {"type": "trigger_type"}
        for name, messages in errors.items():
            field = name.removeprefix("trigger.")
            field = own.get(field, field)
            self.add_error(field if field in self.fields else None, [*messages])


class ScheduleForm(TriggerForm):
    """A schedule, new or not. Args: choices: what it can start, as groups of (value, label)."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=255, widget=forms.TextInput(attrs={**PLAIN, "placeholder": "nightly-training"}),
        help_text=gettext_lazy("Letters, digits, hyphens, underscores or dots. It cannot be changed later."),
    )  # fmt: skip
    display_name = forms.CharField(
        label=gettext_lazy("Display name"), max_length=255, required=False, validators=[validate_one_line]
    )
    starts = forms.ChoiceField(label=gettext_lazy("What it starts"))
    missed = forms.ChoiceField(
        label=gettext_lazy("Times that pass while the studio is not running"), choices=MissedPolicy.choices,
        initial=MissedPolicy.ONCE,
    )  # fmt: skip
    catch_up = forms.IntegerField(
        label=gettext_lazy("At most"), min_value=1, max_value=MOST_CATCH_UP, initial=USUAL_CATCH_UP, required=False,
        help_text=gettext_lazy("Of missed times, the latest."),
    )  # fmt: skip
    overlap = forms.ChoiceField(
        label=gettext_lazy("When the last one still runs"), choices=OverlapPolicy.choices, initial=OverlapPolicy.START
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=20_000, required=False, validators=[validate_text],
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    tags = TagsField(label=gettext_lazy("Tags"), help_text=gettext_lazy("One to a line, as name=value or just a name."))

    def __init__(self, *args: Any, choices: list[Any], is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        starts: Any = self.fields["starts"]
        starts.choices = choices
        if not is_new:
            del self.fields["name"]

    def clean_starts(self) -> tuple[str, str]:
        """Return kind and source of what was chosen."""
        kind, _sep, source = self.cleaned_data["starts"].partition(":")
        return kind, source

    def settings(self) -> dict[str, Any]:
        """Return what was chosen beside name, trigger and subject. The form must be valid."""
        names = ("display_name", "missed", "overlap", "description", "tags")
        catch_up = self.cleaned_data["catch_up"] or USUAL_CATCH_UP
        return {**{name: self.cleaned_data[name] for name in names}, "catch_up": catch_up}


def initial_of(schedule: Schedule) -> dict[str, Any]:
    """Return what the form of a schedule that exists begins with."""
    stored = dict(schedule.trigger)
    names = ("display_name", "description", "tags", "missed", "catch_up", "overlap")
    own = {name: getattr(schedule, name) for name in names}
    for name in ("start_time", "end_time"):
        stored[name] = _clock(stored.get(name))
    return {**own, **stored, "trigger_type": stored.pop("type")}


def initial_name(label: str) -> str:
    """Suggest a name for a schedule of something that is called so."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in label.lower())
    return "-".join(filter(None, words.split("-")))[:60].strip("-")


def _clock(moment: str | None) -> str:
    """Return what a moment's clock shows, as browsers take it."""
    return datetime.fromisoformat(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""
