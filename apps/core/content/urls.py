"""Addresses of user content on the studio."""

from django.urls import path

from apps.core.content import views

app_name = "content"

urlpatterns = [path("<path:path>", views.open_content, name="open")]
