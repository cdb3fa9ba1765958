"""Who calls: everybody the policy knows, and those whom it must not mistake for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessToken, User
from apps.accounts.models.token import TokenScope
from apps.compute import tokens
from apps.compute.models import Agent
from apps.core.access import Level
from apps.core.crypto import new_token, token_hash
from apps.workspaces.models import Workspace
from apps.workspaces.roles import Role
from tests.accounts.factories import AccessTokenFactory, UserFactory
from tests.compute.factories import WorkOrderFactory
from tests.permissions.routes import Route
from tests.permissions.samples import made_run, sample_of
from tests.workspaces.factories import MembershipFactory, WorkspaceFactory, member


@dataclass
class Caller:
    """Somebody with a session for pages and a token for the API.

    ``role`` is theirs in the world's workspace. ``fails`` names what keeps them from being known at all. ``program``: no person,
    but a program of the studio's own, whose token opens the routes of this level and no other.
    """

    name: str
    user: User | None = None
    role: Role | None = None
    cookies: str = ""
    token: str = ""
    scope: str = TokenScope.WRITE
    limited_to: Workspace | None = None
    program: Level | None = None
    fails: str = ""

    def __str__(self) -> str:
        return self.name

    @property
    def is_known(self) -> bool:
        """Whether the studio knows who this is."""
        return self.user is not None and not self.fails

    @property
    def is_administrator(self) -> bool:
        """Whether this is an administrator of the studio."""
        return self.user is not None and self.user.is_administrator


class World:
    """Two workspaces that know nothing of one another, and all kinds of callers."""

    def __init__(self, host: str) -> None:
        self.host = host
        # Two for all requests: each client of its own would load all middleware again.
        self._clients = {
            checks: Client(enforce_csrf_checks=checks, raise_request_exception=False) for checks in (False, True)
        }
        self.ours = WorkspaceFactory.create(name="ours")
        self.theirs = WorkspaceFactory.create(name="theirs")
        self.their_owner = member(self.theirs, Role.OWNER)
        member(self.ours, Role.OWNER)  # so that no test meets the rule of the last owner
        UserFactory.create(administrator=True)  # nor that of the last administrator
        self.anonymous = Caller("anonymous")
        self.stranger = self._person("signed-in stranger", UserFactory.create())
        self.administrator = self._person("administrator who is no member", UserFactory.create(administrator=True))
        self.members = {role: self._person(f"{role.label}", member(self.ours, role), role) for role in Role}
        self.owner = self.members[Role.OWNER]
        self.inactive = self._person("owner who was switched off", member(self.ours, Role.OWNER), Role.OWNER)
        assert self.inactive.user
        User.objects.filter(pk=self.inactive.user.pk).update(is_active=False)
        self.inactive.fails = "the account is switched off"
        self._tokens()
        self._have_been_here()

    def _tokens(self) -> None:
        owner = member(self.ours, Role.OWNER)
        administrator = UserFactory.create(administrator=True)
        MembershipFactory.create(workspace=self.theirs, user=owner, role=Role.OWNER)
        MembershipFactory.create(workspace=self.ours, user=administrator, role=Role.OWNER)
        hour = timedelta(hours=1)
        self.token_holders = [
            self._holder("token that may only read", owner, scope=TokenScope.READ),
            self._holder("administrator's token that may only read", administrator, scope=TokenScope.READ),
            self._holder("token limited to another workspace", owner, limited_to=self.theirs),
            self._holder("token limited to this workspace", owner, limited_to=self.ours),
            self._holder("administrator's token limited to this workspace", administrator, limited_to=self.ours),
            self._holder("token that has expired", owner, expires_at=timezone.now() - hour, fails="expired"),
            self._holder("token that was revoked", owner, revoked_at=timezone.now() - hour, fails="revoked"),
            Caller("token that never was", owner, Role.OWNER, token=new_token("mls"), fails="unknown"),
        ]
        secret = new_token("agent")
        agent = Agent.objects.create(name="the machine", token_hash=token_hash(secret))
        self.machine = Caller("machine", token=secret, program=Level.MACHINE)
        run = made_run(self.ours, owner)
        order = WorkOrderFactory.create(target__workspace=self.ours, running=True, agent=agent, subject_id=run.pk)
        token = tokens.make("work", order.pk, order.attempt)
        self.runner = Caller("runner of a piece of work", token=token, program=Level.WORK)

    def _have_been_here(self) -> None:
        """Spare each of thousands of requests the note, made once a minute, that this caller was here."""
        for caller in self.browsers:
            if caller.is_known:
                self.send(caller, "GET", "/account/profile/")
        later = timezone.now() + timedelta(hours=1)
        UserSession.objects.update(last_seen_at=later)
        AccessToken.objects.update(last_used_at=later)
        self.ours.memberships.update(last_visited_at=later)

    @property
    def browsers(self) -> list[Caller]:
        """Callers of pages."""
        return [self.anonymous, self.stranger, self.administrator, *self.members.values(), self.inactive]

    @property
    def one_of_each_kind(self) -> list[Caller]:
        """Nobody, somebody who is no member, the one with all rights, and a program."""
        return [self.anonymous, self.stranger, self.owner, self.runner]

    @property
    def programs(self) -> list[Caller]:
        """Callers of the API."""
        return [*self.browsers, *self.token_holders, self.machine, self.runner]

    def _person(self, name: str, user: User, role: Role | None = None) -> Caller:
        client = Client()
        client.force_login(user)
        cookies = "; ".join(f"{key}={morsel.value}" for key, morsel in client.cookies.items())
        return Caller(name, user, role, cookies, AccessTokenFactory.create(user=user).secret)

    def _holder(
        self, name: str, user: User, *, limited_to: Workspace | None = None, fails: str = "", **fields: Any
    ) -> Caller:
        ids = [str(limited_to.pk)] if limited_to else []
        token: AccessToken = AccessTokenFactory.create(user=user, workspace_ids=ids, **fields)
        scope = fields.get("scope", TokenScope.WRITE)
        secret = token.secret  # type: ignore[attr-defined]
        return Caller(name, user, Role.OWNER, token=secret, scope=scope, limited_to=limited_to, fails=fails)

    def arguments(self, route: Route, caller: Caller) -> dict[str, Any]:
        """Return a new object for each parameter of the route: of our workspace, or the caller's own."""
        person = caller.user or self.stranger.user
        assert person
        return {name: sample_of(route, name).make(self.ours, person) for name in route.parameters}

    def call(self, caller: Caller, verb: str, address: str, **options: Any) -> Any:
        """Make one request, as ``send`` does, and take back whatever it changed."""
        with self.taken_back():
            return self.send(caller, verb, address, **options)

    def send(
        self,
        caller: Caller,
        verb: str,
        address: str,
        *,
        as_program: bool = False,
        data: Any = None,
        enforce_csrf: bool = False,
        **headers: str,
    ) -> Any:
        """Make one request. ``as_program`` signs in by token instead of by cookie, and sends JSON instead of a form."""
        client = self._clients[enforce_csrf]
        client.cookies = SimpleCookie("" if as_program else caller.cookies)
        if as_program and caller.token:
            headers |= {"authorization": f"Bearer {caller.token}"}
        options: dict[str, Any] = {"headers": {"host": self.host, **headers}}
        if verb in {"GET", "HEAD"}:
            options["data"] = data or {}
        elif as_program:
            options |= {"data": {} if data is None else data, "content_type": "application/json"}
        elif verb == "POST":
            options["data"] = data or {}
        else:
            options |= {"data": data or "", "content_type": "application/x-www-form-urlencoded"}
        return getattr(client, verb.lower())(address, **options)

    @contextmanager
    def taken_back(self) -> Iterator[None]:
        """Undo what the block does in the database."""
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
