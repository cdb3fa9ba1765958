"""Addresses of the designer below ``/api/v1/``."""

from django.urls import path

from apps.designer.api import designing, drafts

_designer = "workspaces/<str:name>/designer/"
_drafts = f"{_designer}drafts/"
_draft = f"{_drafts}<uuid:draft_id>/"

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
]
