"""Pages below ``/workspaces/<name>/data/``."""

from django.urls import path

from apps.data.views import create, dataset, lists

app_name = "data"

_upload = "new/<uuid:upload_id>/"
_one = "<str:dataset_name>/"

urlpatterns = [
    path("", lists.datasets, name="datasets"),
    path("datastores/", lists.datastores, name="datastores"),
    path("datastores/<str:datastore_name>/", lists.datastore, name="datastore"),
    path("new/", create.source, name="new"),
    path(f"{_upload}settings/", create.settings, name="new-settings"),
    path(f"{_upload}preview/", create.preview, name="new-preview"),
    path(f"{_upload}schema/", create.schema, name="new-schema"),
    path(f"{_upload}details/", create.details, name="new-details"),
    path(f"{_upload}cancel/", create.cancel, name="cancel-upload"),
    path(f"datasets/{_one}", dataset.overview, name="dataset"),
    path(f"datasets/{_one}preview/", dataset.preview, name="dataset-preview"),
    path(f"datasets/{_one}profile/", dataset.profile, name="dataset-profile"),
    path(f"datasets/{_one}files/", dataset.files, name="dataset-files"),
    path(f"datasets/{_one}consume/", dataset.consume, name="dataset-consume"),
    path(f"datasets/{_one}lineage/", dataset.lineage, name="dataset-lineage"),
    path(f"datasets/{_one}edit/", dataset.edit, name="edit-dataset"),
    path(f"datasets/{_one}archive/", dataset.archive, {"archived": True}, name="archive-dataset"),
    path(f"datasets/{_one}restore/", dataset.archive, {"archived": False}, name="restore-dataset"),
    path(f"datasets/{_one}delete/", dataset.delete, name="delete-dataset"),
]
