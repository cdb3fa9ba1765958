"""What the declarations and the policy table promise for one call."""

from http import HTTPStatus
from typing import Any

from apps.accounts.models.token import TokenScope
from apps.core.access import Access, Level
from apps.workspaces.roles import role_allows
from tests.permissions.callers import Caller, World
from tests.permissions.routes import Route

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
SAFE = {"GET", "HEAD", "OPTIONS"}

LET_THROUGH = "let through"
TO_SIGN_IN = "sent to sign in"
UNKNOWN = "401"
FORBIDDEN = "403"
HIDDEN = "404"
NO_SUCH_VERB = "405"

# Addresses that exist only where something is set up which the tests have not; their own app's tests set it up.
NOT_SET_UP = {"/oidc/", "/oidc/callback/", "/oidc/connect/"}

REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}


def expected(world: World, route: Route, verb: str, caller: Caller) -> str:
    """Return what the caller must be told."""
    access = route.access
    assert access is not None
    promised = (_of_api if route.is_api else _of_page)(world, access, "GET" if verb == "HEAD" else verb, caller)
    return HIDDEN if promised == LET_THROUGH and route.pattern in NOT_SET_UP else promised


def told(answer: Any) -> str:
    """Return what an answer tells its caller."""
    if answer.status_code == HTTPStatus.FOUND and answer["Location"].startswith("/sign-in/?next="):
        return TO_SIGN_IN
    if answer.status_code in REFUSALS or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return str(answer.status_code)
    return LET_THROUGH


def _of_page(world: World, access: Access, verb: str, caller: Caller) -> str:
    if access.level is Level.PUBLIC:
        return LET_THROUGH if verb in access.verbs else NO_SUCH_VERB
    if not caller.is_known:
        return TO_SIGN_IN
    if access.level is Level.ADMINISTRATOR and not caller.is_administrator:
        return HIDDEN
    if access.level is Level.WORKSPACE and caller.role is None:
        return HIDDEN
    if verb not in access.verbs:
        return NO_SUCH_VERB
    return _by_role(access, verb, caller)


def _of_api(world: World, access: Access, verb: str, caller: Caller) -> str:
    if caller.program or access.level in {Level.MACHINE, Level.WORK}:
        if caller.program is not access.level:
            return UNKNOWN
        return LET_THROUGH if verb in access.verbs else NO_SUCH_VERB
    if caller.fails or (caller.user is None and access.level is not Level.PUBLIC):
        return UNKNOWN
    if caller.scope == TokenScope.READ and verb not in SAFE:
        return FORBIDDEN
    if access.level is Level.ADMINISTRATOR and not caller.is_administrator:
        return FORBIDDEN
    if (
        caller.limited_to
        and access.level is not Level.WORKSPACE
        and (access.level is Level.ADMINISTRATOR or verb not in SAFE)
    ):
        return FORBIDDEN
    if verb not in access.verbs:
        return NO_SUCH_VERB
    if access.level is Level.WORKSPACE and (caller.role is None or caller.limited_to not in {None, world.ours}):
        return HIDDEN
    return _by_role(access, verb, caller)


def _by_role(access: Access, verb: str, caller: Caller) -> str:
    if access.level is Level.WORKSPACE and not role_allows(caller.role, access.verbs[verb]):
        return FORBIDDEN
    return LET_THROUGH
