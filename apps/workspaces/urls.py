"""Pages of workspaces. What stands beside a workspace's own addresses is in ``RESERVED_NAMES``."""

from django.urls import path

from apps.workspaces.views import administration, aliases, members, secrets, settings, trash, workspaces

app_name = "workspaces"

_settings = "workspaces/<str:name>/settings/"

urlpatterns = [
    path("administration/workspaces/", administration.all_workspaces, name="administration"),
    path("administration/workspaces/<uuid:workspace_id>/", administration.one_workspace, name="administration-one"),
    path("administration/workspaces/<uuid:workspace_id>/join/", administration.join, name="join"),
    path("workspaces/", workspaces.workspace_list, name="list"),
    path("workspaces/new/", workspaces.new, name="new"),
    path("workspaces/new/preview/", workspaces.preview, name="preview"),
    path("workspaces/trash/", trash.trash, name="trash"),
    path("workspaces/trash/<str:name>/restore/", trash.restore, name="restore"),
    path("workspaces/trash/<str:name>/destroy/", trash.destroy, name="destroy"),
    path("workspaces/<str:name>/", workspaces.home, name="home"),
    path("workspaces/<str:name>/config.json", settings.config, name="config"),
    path(_settings, settings.general, name="settings"),
    path(f"{_settings}archive/", settings.archive, name="archive"),
    path(f"{_settings}delete/", settings.delete, name="delete"),
    path(f"{_settings}members/", members.members, name="members"),
    path(f"{_settings}members/add/", members.add_member, name="add-member"),
    path(f"{_settings}members/leave/", members.leave, name="leave"),
    path(f"{_settings}members/remove/", members.remove_chosen, name="remove-chosen"),
    path(f"{_settings}members/<uuid:membership_id>/", members.member, name="member"),
    path(f"{_settings}members/<uuid:membership_id>/remove/", members.remove_member, name="remove-member"),
    path(
        f"{_settings}invitations/<uuid:invitation_id>/withdraw/",
        members.withdraw_invitation,
        name="withdraw-invitation",
    ),
    path(f"{_settings}secrets/", secrets.secrets, name="secrets"),
    path(f"{_settings}secrets/new/", secrets.new_secret, name="new-secret"),
    path(f"{_settings}secrets/delete/", secrets.delete_chosen_secrets, name="delete-chosen-secrets"),
    path(f"{_settings}secrets/<uuid:secret_id>/", secrets.secret, name="secret"),
    path(f"{_settings}secrets/<uuid:secret_id>/delete/", secrets.delete_secret, name="delete-secret"),
    path(f"{_settings}aliases/", aliases.aliases, name="aliases"),
    path(f"{_settings}aliases/new/", aliases.new_alias, name="new-alias"),
    path(f"{_settings}aliases/delete/", aliases.delete_chosen_aliases, name="delete-chosen-aliases"),
    path(f"{_settings}aliases/<uuid:alias_id>/", aliases.alias, name="alias"),
    path(f"{_settings}aliases/<uuid:alias_id>/delete/", aliases.delete_alias, name="delete-alias"),
]
