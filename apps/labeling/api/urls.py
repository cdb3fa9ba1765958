"""Addresses of labeling below ``/api/v1/``."""

from django.urls import path

from apps.labeling.api import work

_project = "workspaces/<str:name>/labeling/<str:project_name>/"
_item = f"{_project}items/<int:item_number>/"

urlpatterns = [
    path(f"{_project}project/", work.WorkProject.as_view(), name="api-labeling-project"),
    path(f"{_project}next/", work.NextItems.as_view(), name="api-labeling-next"),
    path(f"{_project}submit/", work.SubmitAnswers.as_view(), name="api-labeling-submit"),
    path(f"{_project}skip/", work.SkipItems.as_view(), name="api-labeling-skip"),
    path(f"{_project}release/", work.ReleaseItems.as_view(), name="api-labeling-release"),
    path(f"{_project}previous/", work.PreviousItems.as_view(), name="api-labeling-previous"),
    path(f"{_project}review/", work.ReviewItems.as_view(), name="api-labeling-review"),
    path(f"{_item}draft/", work.DraftAnswer.as_view(), name="api-labeling-draft"),
    path(f"{_item}final/", work.FinalAnswer.as_view(), name="api-labeling-final"),
]
