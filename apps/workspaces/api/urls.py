"""The API of workspaces."""

from django.urls import path

from apps.workspaces.api import aliases, members, secrets, workspaces

_one = "workspaces/<str:name>/"

urlpatterns = [
    path("workspaces/", workspaces.WorkspaceCollection.as_view()),
    path(_one, workspaces.WorkspaceItem.as_view()),
    path(f"{_one}restore/", workspaces.RestoreWorkspace.as_view()),
    path(f"{_one}destroy/", workspaces.DestroyWorkspace.as_view()),
    path(f"{_one}archive/", workspaces.ArchiveWorkspace.as_view()),
    path(f"{_one}unarchive/", workspaces.UnarchiveWorkspace.as_view()),
    path(f"{_one}config/", workspaces.WorkspaceConfig.as_view()),
    path(f"{_one}leave/", members.LeaveWorkspace.as_view()),
    path(f"{_one}members/", members.MemberCollection.as_view()),
    path(f"{_one}members/<uuid:membership_id>/", members.MemberItem.as_view()),
    path(f"{_one}invitations/", members.InvitationCollection.as_view()),
    path(f"{_one}secrets/", secrets.SecretCollection.as_view()),
    path(f"{_one}secrets/<str:secret_name>/", secrets.SecretItem.as_view()),
    path(f"{_one}aliases/", aliases.AliasCollection.as_view()),
    path(f"{_one}aliases/<uuid:alias_id>/", aliases.AliasItem.as_view()),
]
