"""Ids of others open nothing: what one may not see does not exist, in addresses and in forms alike."""

from typing import Any

import pytest
from django.db.models import Model

from apps.accounts.models import AccessToken, Invitation
from apps.activity.models import Notification
from apps.core.access import Level
from apps.core.models import SavedView
from apps.workspaces.models import Alias, Membership, Secret
from tests.permissions.callers import Caller, World
from tests.permissions.routes import Route, declared_routes
from tests.permissions.samples import SAMPLES, Reach, sample_of

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def is_for_members(route: Route) -> bool:
    """Whether the route's objects may be out of the reach of people who may call it. Administrators manage all."""
    return route.access is not None and route.access.level in {Level.SIGNED_IN, Level.WORKSPACE}


OBJECT_ROUTES = [route for route in declared_routes() if set(route.parameters) - {"name"}]
LISTING_ROUTES = [
    route for route in declared_routes() if route.access and "POST" in route.access.verbs and not route.is_api
]


def caller_with_every_right(world: World, route: Route) -> Caller:
    """Return the caller to whom only the object's own bounds can say no."""
    assert route.access
    return world.administrator if route.access.level is Level.ADMINISTRATOR else world.owner


@pytest.mark.parametrize("route", [route for route in OBJECT_ROUTES if is_for_members(route)], ids=str)
def test_what_belongs_to_others_does_not_exist(world: World, route: Route):
    """An owner of one workspace calls with ids of another; a person with ids of somebody else's tokens, views, sessions."""
    assert route.access
    caller = world.owner
    own = world.arguments(route, caller)
    wrong = []
    for name in set(route.parameters) - {"name"}:
        sample = sample_of(route, name)
        if sample.reach in {Reach.WORKSPACE, Reach.OWN}:
            address = route.address(own | {name: sample.make(world.theirs, world.their_owner)})
            wrong += statuses_but_404(world, route, caller, address, sample.made_by)
    assert not wrong


@pytest.mark.parametrize("route", OBJECT_ROUTES, ids=str)
def test_what_never_was_does_not_exist(world: World, route: Route):
    assert route.access
    caller = caller_with_every_right(world, route)
    wrong = []
    for name in set(route.parameters) - {"name"}:
        sample = sample_of(route, name)
        if sample.reach is not Reach.SECRET:
            address = route.address(world.arguments(route, caller) | {name: sample.missing})
            wrong += statuses_but_404(world, route, caller, address, sample.made_by)
    assert not wrong


@pytest.mark.parametrize(
    "name", ["no-such", "ours%00", "%FF", "..", "%2e%2e", "a%2Fb", "x" * 200, "%F0%9F%98%80", "ours%20"]
)
def test_names_that_no_workspace_can_have_are_404_everywhere(world: World, name: str):
    wrong = []
    for route in declared_routes():
        if route.access and route.access.level is Level.WORKSPACE and "GET" in route.access.verbs:
            address = route.address(world.arguments(route, world.owner) | {"name": name})
            answer = world.call(world.owner, "GET", address, as_program=route.is_api)
            if answer.status_code != 404:
                wrong.append(f"{address}: {answer.status_code}")
    assert not wrong


def statuses_but_404(
    world: World, route: Route, caller: Caller, address: str, but: frozenset[str] = frozenset()
) -> list[str]:
    assert route.access
    verbs = set(route.access.verbs) - but
    answers = {verb: world.call(caller, verb, address, as_program=route.is_api).status_code for verb in verbs}
    return [f"{verb} {address}: {status}" for verb, status in answers.items() if status != 404]


def rows_of(model: type[Model], ids: list[Any]) -> list[dict[str, Any]]:
    return list(model._default_manager.filter(pk__in=ids).order_by("pk").values())


@pytest.mark.parametrize("route", LISTING_ROUTES, ids=str)
def test_ids_of_others_in_a_form_change_nothing(world: World, route: Route):
    """Actions on several rows get ids in a form: those of another workspace's or person's rows are passed over."""
    theirs: dict[type[Model], list[Any]] = {
        Secret: [SAMPLES["secret_id"].make(world.theirs, world.their_owner)],
        Alias: [SAMPLES["alias_id"].make(world.theirs, world.their_owner)],
        Membership: list(world.theirs.memberships.values_list("pk", flat=True)),
        AccessToken: [SAMPLES["token_id"].make(world.theirs, world.their_owner)],
        Notification: [SAMPLES["notification_id"].make(world.theirs, world.their_owner)],
        SavedView: [SAMPLES["view_id"].make(world.theirs, world.their_owner)],
        Invitation: [SAMPLES["invitation_id"].make(world.theirs, world.their_owner)],
    }
    ids = [str(pk) for pks in theirs.values() for pk in pks]
    before = {model: rows_of(model, pks) for model, pks in theirs.items()}
    caller = world.owner  # never an administrator: to them, people and invitations belong to all
    for form in ({"ids": ",".join(ids)}, {"ids": ids}, {"ids": ids, "all": "1"}):
        with world.taken_back():
            answer = world.send(caller, "POST", route.address(world.arguments(route, caller)), data=form)
            assert answer.status_code < 500
            assert {model: rows_of(model, pks) for model, pks in theirs.items()} == before
