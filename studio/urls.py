"""All addresses. Each app's pages stand in its ``urls.py``, its API in ``api/urls.py``."""

from django.urls import include, path

handler400 = "apps.portal.views.errors.bad_request"
handler403 = "apps.portal.views.errors.forbidden"
handler404 = "apps.portal.views.errors.not_found"
handler500 = "apps.portal.views.errors.server_error"

urlpatterns = [
    path("", include("apps.portal.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.activity.urls")),
    path("", include("apps.workspaces.urls")),
    path("workspaces/<str:name>/compute/", include("apps.compute.urls")),
    path("workspaces/<str:name>/jobs/schedules/", include("apps.schedules.urls")),
    path("workspaces/<str:name>/", include("apps.experiments.urls")),
    path("workspaces/<str:name>/environments/", include("apps.environments.urls")),
    path("workspaces/<str:name>/data/", include("apps.data.urls")),
    path("workspaces/<str:name>/designer/", include("apps.designer.urls")),
    path("workspaces/<str:name>/labeling/", include("apps.labeling.urls")),
    path("workspaces/<str:name>/", include("apps.pipelines.urls")),
    path("workspaces/<str:name>/models/", include("apps.registry.urls")),
    path("workspaces/<str:name>/endpoints/", include("apps.endpoints.urls")),
    path("views/", include("apps.core.urls")),
    path("content/", include("apps.core.content.urls")),
    path("api/v1/", include("studio.api")),
    path("mlflow/<str:name>/", include("apps.tracking.urls")),
    path("api/docs/", include("apps.portal.docs_urls")),
]
