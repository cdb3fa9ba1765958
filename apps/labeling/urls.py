"""Pages below ``/workspaces/<name>/labeling/``. What stands below ``-/`` is of no project: no project's name begins so."""

from django.urls import path

from apps.labeling.views import data, export, pictures, projects, work

app_name = "labeling"

_one = "<str:project_name>/"

urlpatterns = [
    path("", projects.project_list, name="projects"),
    path("-/new/", projects.new, name="new"),
    path(_one, projects.project, name="project"),
    path(f"{_one}export/jsonl/", export.export, {"file_format": "jsonl"}, name="export-jsonl"),
    path(f"{_one}export/coco/", export.export, {"file_format": "coco"}, name="export-coco"),
    path(f"{_one}edit/", projects.edit, name="edit"),
    path(f"{_one}label/", work.work, name="work"),
    path(f"{_one}data/", data.data, name="data"),
    path(f"{_one}data/approve/", data.review, {"approve": True}, name="approve"),
    path(f"{_one}data/reject/", data.review, {"approve": False}, name="reject"),
    path(f"{_one}pause/", projects.pause, {"paused": True}, name="pause"),
    path(f"{_one}resume/", projects.pause, {"paused": False}, name="resume"),
    path(f"{_one}items/<int:item_number>/picture/", pictures.picture, name="picture"),
    path(f"{_one}delete/", projects.delete, name="delete"),
]
