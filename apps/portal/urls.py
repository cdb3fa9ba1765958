"""Addresses of the portal's pages."""

from django.urls import path

from apps.portal.views import connect, home, samples, search, system

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("workspaces/<str:name>/samples/", samples.samples, name="samples"),
    path("workspaces/<str:name>/samples/<str:sample_name>/run/", samples.run_sample, name="run-sample"),
    path("workspaces/<str:name>/connect/", connect.connect, name="connect"),
    path("workspaces/<str:name>/first-steps/close/", home.close_first_steps, name="close-first-steps"),
    path("administration/system/", system.system, name="system"),
    path("administration/system/tasks/<uuid:task_id>/retry/", system.retry_task, name="retry-task"),
    path("administration/system/tasks/<uuid:task_id>/discard/", system.discard_task, name="discard-task"),
]
