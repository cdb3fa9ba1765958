"""Pages below ``/workspaces/<name>/models/``. What stands below ``-/`` is of no model: no model's name begins so."""

from django.urls import path

from apps.registry.views import edit, lists, model, register, versions

app_name = "registry"

_one = "<str:model_name>/"

urlpatterns = [
    path("", lists.models, name="models"),
    path("-/register/", register.upload, name="register"),
    path("-/register/uploads/<uuid:upload_id>/", register.from_upload, name="register-upload"),
    path("-/register/runs/", register.runs, name="register-runs"),
    path("-/register/runs/<uuid:run_id>/", register.from_run, name="register-run"),
    path("-/register/runs/<uuid:run_id>/guess/", register.guess, name="register-guess"),
    *(path(f"-/{deed}/", lists.change_models, {"deed": deed}, f"{deed}-models") for deed in lists.MODEL_DEEDS),
    path(_one, model.details, name="model"),
    path(f"{_one}progress/", model.progress, name="progress"),
    path(f"{_one}versions/", versions.versions, name="versions"),
    path(f"{_one}files/", model.files, name="files"),
    path(f"{_one}lineage/", model.lineage, name="lineage"),
    path(f"{_one}consume/", model.consume, name="consume"),
    path(f"{_one}compare/", versions.compare, name="compare"),
    path(f"{_one}edit/", edit.edit, name="edit-model"),
    path(f"{_one}archive/", edit.archive, {"archived": True}, name="archive-model"),
    path(f"{_one}restore/", edit.archive, {"archived": False}, name="restore-model"),
    path(f"{_one}delete/", edit.delete, name="delete-model"),
    # Of the version that ``?version=`` names, else of the latest.
    path(f"{_one}version/description/", edit.description, name="description"),
    path(f"{_one}version/tags/", edit.tags, name="tags"),
    path(f"{_one}version/aliases/", edit.aliases, name="aliases"),
    path(f"{_one}version/archive/", edit.archive_version, {"archived": True}, name="archive-version"),
    path(f"{_one}version/restore/", edit.archive_version, {"archived": False}, name="restore-version"),
    path(f"{_one}version/delete/", edit.delete_version, name="delete-version"),
    *(
        path(f"{_one}versions/{deed}/", versions.change_versions, {"deed": deed}, f"{deed}-versions")
        for deed in versions.VERSION_DEEDS
    ),
]
