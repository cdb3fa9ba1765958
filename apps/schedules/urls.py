"""Pages of schedules, below ``/workspaces/<name>/jobs/schedules/``."""

from django.urls import path

from apps.schedules.views import edit, lists, schedule

app_name = "schedules"

_one = "one/<str:schedule_name>/"

urlpatterns = [
    path("", lists.schedules, name="schedules"),
    path("new/", edit.new_schedule, name="new-schedule"),
    path("preview/", edit.preview, name="preview"),
    *(path(f"{deed}/", lists.change_schedules, {"deed": deed}, f"{deed}-schedules") for deed in lists.DEEDS),
    path(_one, schedule.schedule, name="schedule"),
    path(f"{_one}history/", schedule.history, name="history"),
    path(f"{_one}yaml/", schedule.as_yaml, name="schedule-yaml"),
    path(f"{_one}edit/", edit.edit_schedule, name="edit-schedule"),
    path(f"{_one}pause/", schedule.pause, name="pause-schedule"),
    path(f"{_one}resume/", schedule.resume, name="resume-schedule"),
    path(f"{_one}run/", schedule.run_now, name="run-schedule"),
    path(f"{_one}delete/", schedule.delete, name="delete-schedule"),
]
