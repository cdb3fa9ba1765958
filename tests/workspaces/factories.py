"""Shortest valid rows of workspaces."""

from typing import Any

import factory
from django.utils import timezone

from apps.accounts.models import User
from apps.core import crypto
from apps.workspaces.models import Alias, Membership, Secret, Workspace
from apps.workspaces.models.alias import AliasKind
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory


class WorkspaceFactory(factory.django.DjangoModelFactory[Workspace]):
    """A workspace nobody is a member of; ``WorkspaceFactory(owner=user)`` has one. Traits: ``archived``, ``trashed``."""

    class Meta:
        model = Workspace
        skip_postgeneration_save = True

    class Params:
        archived = factory.Trait(archived_at=factory.LazyFunction(timezone.now))
        trashed = factory.Trait(deleted_at=factory.LazyFunction(timezone.now))

    name = factory.Sequence(lambda number: f"team-{number}")

    @factory.post_generation
    def owner(self: Any, create: bool, extracted: User | None, **kwargs: Any) -> None:
        if extracted is not None:
            MembershipFactory(workspace=self, user=extracted, role=Role.OWNER)


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """Somebody's role in a workspace; a Reader unless told otherwise."""

    class Meta:
        model = Membership

    workspace = factory.SubFactory(WorkspaceFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.READER


class SecretFactory(factory.django.DjangoModelFactory[Secret]):
    """A secret whose value is ``value`` (by default "s3cr3t")."""

    class Meta:
        model = Secret

    class Params:
        value = "s3cr3t"

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda number: f"secret-{number}")
    encrypted_value = factory.LazyAttribute(lambda row: crypto.encrypt(row.value))
    set_at = factory.LazyFunction(timezone.now)


class AliasFactory(factory.django.DjangoModelFactory[Alias]):
    """The name of somebody's cluster, which here means this machine."""

    class Meta:
        model = Alias

    workspace = factory.SubFactory(WorkspaceFactory)
    kind = AliasKind.COMPUTE
    name = factory.Sequence(lambda number: f"cluster-{number}")
    target = "local"


def member(workspace: Workspace, role: Role | str = Role.READER, **fields: Any) -> User:
    """Make a person and give them a role in the workspace; ``fields`` are the person's."""
    user: User = UserFactory(**fields)
    MembershipFactory(workspace=workspace, user=user, role=role)
    return user
