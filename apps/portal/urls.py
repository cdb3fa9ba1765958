"""Addresses of the portal's pages."""

from django.urls import path

from apps.portal.views import home, search, system

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("administration/system/", system.system, name="system"),
    path("administration/system/tasks/<uuid:task_id>/retry/", system.retry_task, name="retry-task"),
    path("administration/system/tasks/<uuid:task_id>/discard/", system.discard_task, name="discard-task"),
]
