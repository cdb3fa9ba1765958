"""Addresses of the core: saved views of lists."""

from django.urls import path

from apps.core.lists import views

app_name = "core"

urlpatterns = [
    path("save/", views.save_view, name="save-view"),
    path("<uuid:view_id>/delete/", views.delete_view, name="delete-view"),
]
