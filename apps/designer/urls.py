"""Pages of the designer, below ``/workspaces/<name>/designer/``."""

from django.urls import URLPattern

app_name = "designer"

urlpatterns: list[URLPattern] = []
