"""The browsable API. Its scripts and styles come from this site, and none stands in the page."""

from typing import Any

from django.urls import path
from drf_spectacular.views import SpectacularSwaggerSplitView

from apps.core.access import Access, Level, signed_in


class DocumentationView(SpectacularSwaggerSplitView):
    """The page at ``/api/docs/``."""

    access = Access(Level.SIGNED_IN, {"GET": ""})


urlpatterns: list[Any] = [path("", signed_in()(DocumentationView.as_view(url_name="schema")), name="docs")]
