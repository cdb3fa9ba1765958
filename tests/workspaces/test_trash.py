"""The trash."""

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.activity.models import Notification
from apps.core import hooks
from apps.core.errors import NotAllowed
from apps.workspaces import services
from apps.workspaces.errors import BeingDestroyed, NotInTrash
from apps.workspaces.models import Membership, Secret, Workspace
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.workspaces.factories import SecretFactory, WorkspaceFactory, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return UserFactory(full_name="Ada Lovelace")


@pytest.fixture
def workspace(ada):
    return WorkspaceFactory(owner=ada, name="churn")


def trash(workspace, **times):
    """Put a workspace into the trash without a service."""
    Workspace.objects.filter(pk=workspace.pk).update(deleted_at=timezone.now(), **times)


def test_deleted_and_restored_it_is_as_it_was(ada, workspace):
    SecretFactory(workspace=workspace)
    before = Workspace.objects.filter(pk=workspace.pk).values().get()
    services.delete_workspace(actor=ada, workspace=workspace)
    assert not Workspace.objects.visible_to(ada).exists()
    services.restore_workspace(actor=ada, workspace=workspace)
    assert Workspace.objects.filter(pk=workspace.pk).values().get() == before
    assert workspace.secrets.count() == 1


def test_it_stays_for_as_many_days_as_the_studio_is_set_to(ada, workspace, settings):
    row = services.delete_workspace(actor=ada, workspace=workspace)
    assert row.destroy_after
    assert row.deleted_at
    assert row.destroy_after - row.deleted_at == timedelta(days=settings.STUDIO.trash_days)


def test_the_other_owners_are_told_in_their_own_language(ada, workspace):
    grace = member(workspace, Role.OWNER)
    services.delete_workspace(actor=ada, workspace=workspace)
    told = Notification.objects.get()
    assert told.user == grace
    assert "Ada Lovelace" in told.title
    assert "churn" in told.title


def test_only_owners_restore(workspace):
    reader = member(workspace, Role.CONTRIBUTOR)
    trash(workspace, destroy_after=timezone.now() + timedelta(days=1))
    with pytest.raises(NotAllowed):
        services.restore_workspace(actor=reader, workspace=workspace)


def test_restoring_what_is_not_in_the_trash_does_nothing(ada, workspace):
    assert services.restore_workspace(actor=ada, workspace=workspace).deleted_at is None


def test_after_its_time_it_cannot_be_restored(ada, workspace):
    trash(workspace, destroy_after=timezone.now() - timedelta(seconds=1))
    with pytest.raises(BeingDestroyed):
        services.restore_workspace(actor=ada, workspace=workspace)


def test_only_what_is_in_the_trash_can_be_destroyed(ada, workspace):
    with pytest.raises(NotInTrash):
        services.destroy_now(actor=ada, workspace=workspace)


def test_destroyed_by_hand_it_is_gone_with_all_it_held_and_its_name_is_free(ada, workspace, run_tasks):
    SecretFactory(workspace=workspace)
    services.delete_workspace(actor=ada, workspace=workspace)
    services.destroy_now(actor=ada, workspace=workspace)
    run_tasks()
    assert not Workspace.objects.exists()
    assert not Secret.objects.exists()
    assert not Membership.objects.exists()
    assert services.create_workspace(actor=UserFactory(), name="churn")


def test_destroyed_by_time_only_what_is_due(ada, workspace):
    trash(workspace, destroy_after=timezone.now() - timedelta(seconds=1))
    waiting = WorkspaceFactory(trashed=True, destroy_after=timezone.now() + timedelta(days=1))
    live = WorkspaceFactory()
    services.destroy_over_due()
    assert set(Workspace.objects.all()) == {waiting, live}


def test_the_task_of_the_schedule_does_it(workspace):
    from studio.celery import app

    app.loader.import_default_modules()
    trash(workspace, destroy_after=timezone.now() - timedelta(seconds=1))
    entry = app.conf.beat_schedule["empty-trash"]
    app.tasks[entry["task"]].apply(throw=True)
    assert not Workspace.objects.exists()


def test_destroying_twice_does_no_harm(workspace):
    trash(workspace, destroy_after=timezone.now() - timedelta(seconds=1))
    for _attempt in range(2):
        services.destroy(workspace_id=workspace.pk)


def test_a_task_for_a_workspace_that_was_restored_does_nothing(ada, workspace):
    services.destroy(workspace_id=workspace.pk)
    assert Workspace.objects.filter(pk=workspace.pk).exists()


def test_apps_free_what_they_hold_first_and_where_one_fails_it_is_tried_again(workspace):
    other = WorkspaceFactory(trashed=True, destroy_after=timezone.now() - timedelta(seconds=1))
    trash(workspace, destroy_after=timezone.now() - timedelta(seconds=1))
    freed = []

    def free(row):
        freed.append(row.name)
        if row == workspace and freed.count(row.name) == 1:
            raise OSError("the disk is away")

    hooks.workspace_destroyed.add(free)
    try:
        services.destroy_over_due()
        assert list(Workspace.objects.all()) == [workspace]
        services.destroy_over_due()
    finally:
        hooks.workspace_destroyed.remove(free)
    assert not Workspace.objects.exists()
    assert sorted(freed) == sorted([other.name, "churn", "churn"])
