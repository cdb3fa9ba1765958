"""The API of schedules."""

from django.urls import path

from apps.schedules.api import schedules

_workspace = "workspaces/<str:name>/"
_one = f"{_workspace}schedules/<str:schedule_name>/"

urlpatterns = [
    path(f"{_workspace}schedule-triggers/preview/", schedules.PreviewTrigger.as_view()),
    path(f"{_workspace}schedules/", schedules.ScheduleCollection.as_view()),
    path(_one, schedules.ScheduleItem.as_view()),
    path(f"{_one}yaml/", schedules.ScheduleFile.as_view()),
    path(f"{_one}enable/", schedules.EnableSchedule.as_view()),
    path(f"{_one}disable/", schedules.DisableSchedule.as_view()),
    path(f"{_one}run/", schedules.RunSchedule.as_view()),
    path(f"{_one}history/", schedules.ScheduleHistory.as_view()),
]
