"""Make and change schedules, with their next times shown while somebody types."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, UserError
from apps.schedules import hooks, services
from apps.schedules.forms import ScheduleForm, TriggerForm, initial_name, initial_of
from apps.schedules.models import Schedule
from apps.schedules.reading import read_trigger
from apps.schedules.services import NewSchedule
from apps.schedules.triggers import zone_names
from apps.schedules.views.shared import find_schedule, lead_to, times_context
from apps.workspaces.access import WorkspaceRequest, workspace_page
from apps.workspaces.policies import may
from apps.workspaces.roles import Action

MOST_NAMES = 50
KEPT = "as-it-is"


@workspace_page(get=Action.SCHEDULES_WRITE, post=Action.SCHEDULES_WRITE)
def new_schedule(request: WorkspaceRequest) -> HttpResponse:
    """The form of a new schedule; ``?starts=job:<run id>`` says what it starts."""
    lead_to(request)
    wanted = request.GET.get("starts", "")[:500]
    choices, label = _choices(request, wanted)
    if request.method == "POST":
        form = ScheduleForm(request.POST, choices=choices)
        if form.is_valid():
            try:
                return _create(request, form)
            except UserError as error:
                form.refuse(error)
        return _page(request, form, status=422)
    zone = timezone.get_current_timezone_name()
    name = _free_name(request, initial_name(label)) if wanted else ""
    initial = {"starts": wanted, "time_zone": zone, "hours": [7], "minutes": [0], "name": name}
    return _page(request, ScheduleForm(initial=initial, choices=choices))


@workspace_page(get=Action.SCHEDULES_WRITE, post=Action.SCHEDULES_WRITE)
def edit_schedule(request: WorkspaceRequest, schedule_name: str) -> HttpResponse:
    """The form of a schedule that exists."""
    schedule = find_schedule(request, schedule_name)
    lead_to(request, schedule)
    choices, _label = _choices(request, request.GET.get("starts", "")[:500])
    kept = _("As it is: %(label)s") % {"label": schedule.subject_label}
    choices = [(KEPT, kept), *[choice for choice in choices if choice[0]]]
    if request.method == "POST":
        form = ScheduleForm(request.POST, choices=choices, is_new=False)
        if form.is_valid():
            try:
                return _change(request, schedule, form)
            except UserError as error:
                form.refuse(error)
        return _page(request, form, schedule=schedule, status=422)
    return _page(request, ScheduleForm(initial=initial_of(schedule), choices=choices, is_new=False), schedule=schedule)


@workspace_page(get=Action.SCHEDULES_WRITE)
def preview(request: WorkspaceRequest) -> HttpResponse:
    """What the fields of a trigger mean as they are now, and the next times."""
    form = TriggerForm(request.GET)
    context: dict[str, Any] = {"problems": [str(text) for texts in form.errors.values() for text in texts]}
    if form.is_valid():
        try:
            context = times_context(read_trigger(form.trigger(), timezone.now()))
        except InvalidInput as error:
            context = {"problems": [text for texts in error.errors.values() for text in texts]}
    return render(request, "schedules/_preview.html", context)


def _create(request: WorkspaceRequest, form: ScheduleForm) -> HttpResponse:
    kind, source = form.cleaned_data["starts"]
    taken = services.take(request.workspace, request.user, kind, source)
    new = NewSchedule(name=form.cleaned_data["name"], taken=taken, trigger=form.trigger(), **form.settings())
    schedule = services.create_schedule(actor=request.user, workspace=request.workspace, new=new)
    messages.success(request, _("“%(name)s” is active.") % {"name": schedule})
    return redirect(schedule)


def _change(request: WorkspaceRequest, schedule: Schedule, form: ScheduleForm) -> HttpResponse:
    kind, source = form.cleaned_data["starts"]
    taken = services.take(request.workspace, request.user, kind, source) if source else None
    changes = {**form.settings(), "trigger": form.trigger()}
    changed = services.edit_schedule(actor=request.user, schedule=schedule, changes=changes, taken=taken)
    messages.success(request, _("“%(name)s” was changed.") % {"name": changed})
    return redirect(changed)


def _page(
    request: HttpRequest, form: ScheduleForm, *, schedule: Schedule | None = None, status: int = 200
) -> HttpResponse:
    workspace = request.workspace  # type: ignore[attr-defined]
    context = {"form": form, "schedule": schedule, "workspace": workspace, "zones": zone_names()}
    return render(request, "schedules/edit.html", context, status=status)


def _choices(request: WorkspaceRequest, wanted: str) -> tuple[list[Any], str]:
    """Return what can be started, in groups, and what of it is called that somebody came here with."""
    groups: list[Any] = [("", _("Choose …"))]
    known: dict[str, str] = {}
    for subject in hooks.subjects():
        if not may(request.membership, subject.action):
            continue
        own = [(f"{subject.kind}:{one.source}", one.label) for one in subject.choices(request.workspace)]
        kind, _sep, source = (request.POST.get("starts") or wanted).partition(":")
        if kind == subject.kind and source and f"{kind}:{source}" not in dict(own):
            with suppress(UserError):  # then it is no choice, which the form says
                own.insert(0, (f"{kind}:{source}", services.take(request.workspace, request.user, kind, source).label))
        if own:
            groups.append((str(subject.label), own))
        known |= dict(own)
    return groups, known.get(wanted, "")


def _free_name(request: WorkspaceRequest, name: str) -> str:
    """Return a name that no schedule has, the same with a number where one has it."""
    stem = name or "schedule"
    rows = Schedule.objects.filter(workspace=request.workspace, name__istartswith=stem[:40])
    taken = {found.lower() for found in rows.values_list("name", flat=True)[:1000]}
    numbered = (f"{stem}-{number}" for number in range(2, MOST_NAMES))
    return stem if stem.lower() not in taken else next((one for one in numbered if one.lower() not in taken), "")
