"""Pages of the designer, below ``/workspaces/<name>/designer/``."""

from django.urls import path

from apps.designer.views import drafts, export

app_name = "designer"

_draft = "drafts/<uuid:draft_id>/"

urlpatterns = [
    path("", drafts.home, name="home"),
    path("drafts/new/", drafts.new, name="new"),
    path("drafts/import/", drafts.import_file, name="import"),
    *(path(f"drafts/{deed}/", drafts.change_drafts, {"deed": deed}, f"{deed}-drafts") for deed in drafts.DEEDS),
    path(_draft, drafts.draft, name="draft"),
    path(f"{_draft}export.yml", export.as_yaml, name="draft-yaml"),
    path(f"{_draft}export.py", export.as_python, name="draft-python"),
]
