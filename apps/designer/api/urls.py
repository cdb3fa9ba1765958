"""Addresses of the designer below ``/api/v1/``."""

from django.urls import URLPattern

_workspace = "workspaces/<str:name>/designer/"

urlpatterns: list[URLPattern] = []
