"""The REST API's addresses, one include for each app."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from apps.core.access import Access, Level


class SchemaView(SpectacularAPIView):
    """The OpenAPI document of everything below ``/api/v1/``."""

    access = Access(Level.SIGNED_IN, {"GET": ""})


urlpatterns = [
    path("schema/", SchemaView.as_view(), name="schema"),
    path("", include("apps.accounts.api.urls")),
    path("", include("apps.activity.api.urls")),
    path("", include("apps.workspaces.api.urls")),
    path("", include("apps.compute.api.urls")),
    path("", include("apps.schedules.api.urls")),
    path("", include("apps.experiments.api.urls")),
    path("", include("apps.environments.api.urls")),
    path("", include("apps.data.api.urls")),
    path("", include("apps.endpoints.api.urls")),
    path("", include("apps.registry.api.urls")),
    path("", include("apps.pipelines.api.urls")),
    path("", include("apps.designer.api.urls")),
    path("", include("apps.labeling.api.urls")),
    path("workspaces/<str:name>/runs/<uuid:run_id>/", include("apps.experiments.api.logged_urls")),
]
