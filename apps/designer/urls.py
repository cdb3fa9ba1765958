"""Pages of the designer, below ``/workspaces/<name>/designer/``."""

from django.urls import path

from apps.designer.views import drafts, export, inference, outputs

app_name = "designer"

_draft = "drafts/<uuid:draft_id>/"
_output = "outputs/<uuid:run_id>/<str:output_name>/"

urlpatterns = [
    path("", drafts.home, name="home"),
    path("drafts/new/", drafts.new, name="new"),
    path("drafts/import/", drafts.import_file, name="import"),
    *(path(f"drafts/{deed}/", drafts.change_drafts, {"deed": deed}, f"{deed}-drafts") for deed in drafts.DEEDS),
    path(_draft, drafts.draft, name="draft"),
    path(f"{_draft}archive/", drafts.archive, {"archived": True}, name="archive-draft"),
    path(f"{_draft}restore/", drafts.archive, {"archived": False}, name="restore-draft"),
    path(f"{_draft}export.yml", export.as_yaml, name="draft-yaml"),
    path(f"{_draft}export.py", export.as_python, name="draft-python"),
    path(f"{_draft}inference/", inference.inference, name="inference"),
    path(f"{_draft}deploy/", inference.deploy, name="deploy-draft"),
    path("runs/<uuid:run_id>/inference/", inference.run_inference, name="run-inference"),
    path(_output, outputs.output, name="output"),
    path(f"{_output}register/", outputs.register, name="register-output"),
]
