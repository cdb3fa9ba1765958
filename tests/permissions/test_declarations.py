"""Every address says who may call it. Nothing that answers requests is left out of these tests."""

import pytest

from apps.core.access import Level
from apps.core.api.permissions import FollowsAccess
from apps.workspaces.roles import POLICY, Action, Role
from tests.permissions.expectations import VERBS
from tests.permissions.routes import all_routes, all_sockets
from tests.permissions.samples import sample_of

# Addresses without a declaration, each with the reason why it needs none.
WITHOUT_DECLARATION: dict[str, str] = {}


def test_there_are_routes_to_test():
    assert len(all_routes()) > 90
    assert len(all_sockets()) >= 2


@pytest.mark.parametrize("route", all_routes(), ids=str)
def test_every_route_says_who_may_call_it(route):
    if route.pattern in WITHOUT_DECLARATION:
        return
    assert route.access is not None, (
        f"{route.view_name} at {route.pattern} answers without saying whom. Put @signed_in, @administrator, @public or "
        "@workspace_page on a page, or give an API view its `access`; see apps/core/access.py."
    )


@pytest.mark.parametrize("route", all_sockets(), ids=str)
def test_every_socket_says_who_may_open_it(route):
    assert route.access is not None, f"{route.view_name} has no `access`."
    assert set(route.access.verbs) == {"CONNECT"}


@pytest.mark.parametrize("route", all_routes(), ids=str)
def test_declarations_name_known_verbs_and_actions(route):
    access = route.access
    if access is None:
        return
    assert access.verbs
    assert set(access.verbs) <= set(VERBS) - {"HEAD", "OPTIONS"}
    for action in access.verbs.values():
        assert (action in set(Action)) == (access.level is Level.WORKSPACE), (
            f"{route.view_name}: an action of the policy table and the level WORKSPACE go together"
        )
    if access.level is Level.WORKSPACE:
        assert "name" in route.parameters, f"{route.pattern} does not say which workspace it is about"


def test_reading_changes_nothing():
    """Verbs that change something are never GET, which other sites can make a browser send."""
    telling = (
        "delete",
        "remove",
        "destroy",
        "revoke",
        "withdraw",
        "leave",
        "archive",
        "restore",
        "end",
        "join",
        "retry",
    )
    for route in all_routes():
        if route.access and route.pattern.rstrip("/").endswith(telling) and "GET" in route.access.verbs:
            assert "POST" in route.access.verbs, f"{route.pattern}: GET may only show what POST does"


def test_every_parameter_has_a_sample():
    for route in [*all_routes(), *all_sockets()]:
        for name in route.parameters:
            assert sample_of(route, name)


def test_api_views_enforce_what_they_declare():
    """Views of libraries bring permissions of their own, which would replace ours."""
    for route in all_routes():
        if route.is_api or hasattr(route.view, "permission_classes"):
            assert FollowsAccess in route.view.permission_classes, f"{route.view_name} does not ask FollowsAccess"


def test_every_action_of_the_policy_table_has_its_row_and_is_asked_for():
    assert set(POLICY) == set(Action)
    asked = {
        action for route in [*all_routes(), *all_sockets()] if route.access for action in route.access.verbs.values()
    }
    inside_views = {Action.VIEWS_SHARE}  # a part of pages that may be seen without it
    assert set(Action) - asked <= inside_views


def test_owners_may_do_everything_and_labelers_hardly_anything():
    assert all(Role.OWNER in roles for roles in POLICY.values())
    assert {action for action, roles in POLICY.items() if Role.LABELER in roles} == {
        Action.WORKSPACE_ENTER,
        Action.LABELING_READ,
        Action.LABELING_LABEL,
    }
