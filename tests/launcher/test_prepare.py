"""What is seen to before the servers start: the first administrator, the sample workspace, the agent's token."""

from dataclasses import replace

import pytest
from django.conf import settings
from django.utils import timezone

from apps.accounts.models import User
from apps.compute.models import Agent
from apps.compute.services import find_agent
from apps.portal.first_start import first_start
from apps.workspaces.models import Membership, Workspace
from apps.workspaces.roles import Role
from studio.launcher.prepare import prepare_database, write_local_token
from tests.accounts.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def environment(tmp_path):
    """The studio's environment with a home folder that is empty."""
    return replace(settings.STUDIO, home=tmp_path)


def test_the_first_start_makes_an_administrator_with_a_workspace_to_try_things_in():
    assert first_start().startswith(f"{settings.STUDIO.url}/sign-in/link/")
    membership = Membership.objects.get()
    assert (membership.user.username, membership.user.is_administrator) == ("admin", True)
    assert (membership.workspace.name, membership.role) == ("sample", Role.OWNER)


def test_later_starts_give_another_link_until_somebody_signs_in_but_no_second_workspace():
    first = first_start()
    Workspace.objects.all().delete()
    second = first_start()
    assert second not in {"", first}
    User.objects.update(last_login=timezone.now())
    assert first_start() == ""
    assert not Workspace.objects.exists()


def test_a_studio_with_people_gets_neither():
    UserFactory.create(last_login=timezone.now())
    assert first_start() == ""
    assert not Workspace.objects.exists()


def test_preparing_twice_changes_nothing(capsys):
    first_start()
    User.objects.update(last_login=timezone.now())
    assert prepare_database() == prepare_database() == {"sign_in_link": ""}
    assert capsys.readouterr().out == ""


def test_the_agents_token_is_kept_while_it_works_and_renewed_when_the_studio_forgot_it(environment):
    file = environment.home / "agent" / "token"
    write_local_token(environment)
    first = file.read_text()
    assert find_agent(first) == Agent.objects.get(name="local")
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    write_local_token(environment)
    assert file.read_text() == first
    Agent.objects.all().delete()
    write_local_token(environment)
    assert find_agent(file.read_text()) == Agent.objects.get(name="local")
