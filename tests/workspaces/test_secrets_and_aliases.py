"""Secrets and aliases, as services."""

import pytest

from apps.activity.models import AuditRecord
from apps.core import crypto
from apps.core.errors import InvalidInput, NotAllowed, NotFound
from apps.workspaces import services
from apps.workspaces.errors import AliasTaken, SecretTaken
from apps.workspaces.models import Alias, Secret
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.workspaces.factories import AliasFactory, SecretFactory, WorkspaceFactory, member

pytestmark = pytest.mark.django_db

VALUE = "pa55-w0rd\n-----\nñ"


@pytest.fixture
def ada():
    return UserFactory()


@pytest.fixture
def workspace(ada):
    return WorkspaceFactory(owner=ada)


def test_a_secret_is_stored_encrypted_and_told_to_nobody(ada, workspace, caplog):
    services.set_secret(actor=ada, workspace=workspace, name="db-password", value=VALUE)
    secret = Secret.objects.get()
    assert crypto.decrypt(secret.encrypted_value) == VALUE
    assert b"pa55" not in bytes(secret.encrypted_value)
    record = AuditRecord.objects.get(verb="secret.created")
    assert "pa55" not in f"{record.__dict__}{caplog.text}{secret!r}"


def test_a_value_is_replaced_under_the_same_name_in_any_letters(ada, workspace):
    services.set_secret(actor=ada, workspace=workspace, name="Token", value="old")
    grace = member(workspace, Role.CONTRIBUTOR)
    secret, created = services.set_secret(actor=grace, workspace=workspace, name="TOKEN", value="new")
    assert not created
    assert crypto.decrypt(Secret.objects.get().encrypted_value) == "new"
    assert (secret.name, secret.set_by) == ("Token", grace)


def test_creating_never_replaces(ada, workspace):
    SecretFactory(workspace=workspace, name="token", value="old")
    with pytest.raises(SecretTaken):
        services.create_secret(actor=ada, workspace=workspace, name="Token", value="new")
    assert crypto.decrypt(Secret.objects.get().encrypted_value) == "old"


@pytest.mark.parametrize("name", ["", "a b", "<script>", "a/b", "-a", "a\n", "x" * 128, "ñ"])
def test_secret_names_that_break_the_rule(ada, workspace, name):
    with pytest.raises(InvalidInput) as error:
        services.set_secret(actor=ada, workspace=workspace, name=name, value="v")
    assert list(error.value.errors) == ["name"]


@pytest.mark.parametrize("value", ["", "x" * 25_001, "half a pair \ud800"])
def test_values_that_cannot_be_stored(ada, workspace, value):
    with pytest.raises(InvalidInput) as error:
        services.set_secret(actor=ada, workspace=workspace, name="token", value=value)
    assert list(error.value.errors) == ["value"]
    assert value[:5] not in str(error.value) or not value
    assert not Secret.objects.exists()


def test_who_may_set_secrets_and_aliases():
    workspace = WorkspaceFactory()
    for role in Role:
        actor = member(workspace, role)
        if role in {Role.OWNER, Role.CONTRIBUTOR}:
            services.set_secret(actor=actor, workspace=workspace, name=role.value, value="v")
            services.create_alias(actor=actor, workspace=workspace, kind="compute", name=role.value, target="local")
            continue
        with pytest.raises(NotAllowed):
            services.set_secret(actor=actor, workspace=workspace, name=role.value, value="v")
        with pytest.raises(NotAllowed):
            services.create_alias(actor=actor, workspace=workspace, kind="compute", name=role.value, target="local")
    with pytest.raises(NotFound):
        services.set_secret(actor=UserFactory(), workspace=workspace, name="x", value="v")


def test_an_alias_is_made_changed_and_deleted(ada, workspace):
    alias = services.create_alias(
        actor=ada, workspace=workspace, kind="compute", name="azureml:gpu-cluster", target="local"
    )
    assert (alias.name, alias.target) == ("gpu-cluster", "local")
    services.edit_alias(actor=ada, alias=alias, changes={"target": "big-box"})
    alias.refresh_from_db()
    assert (alias.name, alias.target) == ("gpu-cluster", "big-box")
    services.delete_alias(actor=ada, alias=alias)
    assert not Alias.objects.exists()
    assert list(AuditRecord.objects.order_by("created_at").values_list("verb", flat=True)) == [
        "alias.created",
        "alias.edited",
        "alias.deleted",
    ]


def test_a_name_means_one_thing_of_a_kind(ada, workspace):
    AliasFactory(workspace=workspace, kind="compute", name="gpu", target="local")
    services.create_alias(actor=ada, workspace=workspace, kind="environment", name="gpu", target="sklearn")
    with pytest.raises(AliasTaken, match="“gpu” already means “local”"):
        services.create_alias(actor=ada, workspace=workspace, kind="compute", name="GPU", target="other")
    services.create_alias(actor=ada, workspace=workspace, kind="compute", name="cpu", target="local")
    with pytest.raises(AliasTaken):
        services.edit_alias(actor=ada, alias=Alias.objects.get(name="cpu"), changes={"name": "gpu"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 256),
        ("name", "two\nlines"),
        ("target", ""),
        ("target", "x" * 256),
        ("kind", "king"),
    ],
)
def test_aliases_that_break_a_rule(ada, workspace, field, value):
    fields = {"kind": "compute", "name": "gpu", "target": "local", field: value}
    with pytest.raises(InvalidInput) as error:
        services.create_alias(actor=ada, workspace=workspace, **fields)
    assert list(error.value.errors) == [field]


def test_an_alias_of_itself_says_nothing(ada, workspace):
    with pytest.raises(InvalidInput, match="means itself"):
        services.create_alias(actor=ada, workspace=workspace, kind="compute", name="Local", target="local")


def test_an_alias_deleted_in_the_meantime_is_not_brought_back(ada, workspace):
    alias = AliasFactory(workspace=workspace)
    services.delete_alias(actor=ada, alias=alias)
    services.delete_alias(actor=ada, alias=alias)
    with pytest.raises(NotFound):
        services.edit_alias(actor=ada, alias=alias, changes={"target": "x"})
    assert not Alias.objects.exists()
