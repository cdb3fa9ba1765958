"""Addresses of the designer below ``/api/v1/``."""

from django.urls import path

from apps.designer.api import designing, drafts, inference, outputs

_designer = "workspaces/<str:name>/designer/"
_drafts = f"{_designer}drafts/"
_draft = f"{_drafts}<uuid:draft_id>/"
_output = "workspaces/<str:name>/runs/<uuid:run_id>/designer-outputs/<str:output_name>/"

urlpatterns = [
    path(f"{_designer}palette/", designing.Palette.as_view(), name="api-palette"),
    path(f"{_designer}palette/search/", designing.PaletteSearch.as_view(), name="api-palette-search"),
    path(_drafts, drafts.DraftCollection.as_view(), name="api-drafts"),
    path(_draft, drafts.DraftItem.as_view(), name="api-draft"),
    path(f"{_draft}changes/", drafts.DraftChanges.as_view(), name="api-draft-changes"),
    path(f"{_draft}revisions/", drafts.DraftRevisions.as_view(), name="api-draft-revisions"),
    path(
        f"{_draft}revisions/<int:revision_number>/restore/",
        drafts.RestoreRevision.as_view(),
        name="api-restore-revision",
    ),
    path(f"{_draft}check/", designing.DraftCheck.as_view(), name="api-draft-check"),
    path(f"{_draft}submit/", designing.DraftSubmit.as_view(), name="api-submit-draft"),
    path(f"{_draft}inference/", inference.DraftInference.as_view(), name="api-draft-inference"),
    path(f"{_draft}inference/update/", inference.UpdateInference.as_view(), name="api-update-inference"),
    path(f"{_draft}deploy/", inference.DeployDraft.as_view(), name="api-deploy-draft"),
    path(_output, outputs.LookAtOutput.as_view(), name="api-output"),
    path(f"{_output}scatter/", outputs.ScatterOfOutput.as_view(), name="api-output-scatter"),
]
