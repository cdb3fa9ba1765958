"""WCAG 2.2 AA as far as a program can tell (axe), on every page without an argument, in both themes."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from apps.core import hooks
from tests.accounts.factories import AccessTokenFactory, InvitationFactory, UserFactory
from tests.environments.factories import BuildFactory, EnvironmentFactory
from tests.workspaces.factories import AliasFactory, SecretFactory, WorkspaceFactory, member

pytestmark = pytest.mark.browser

AXE = Path(settings.BASE_DIR) / "static" / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], "iframes": False}
PAGES = (
    *("/", "/workspaces/", "/workspaces/new/", "/workspaces/trash/", "/notifications/"),
    *("/account/profile/", "/account/password/", "/account/tokens/", "/account/sessions/"),
    *("/administration/users/", "/administration/invitations/", "/administration/workspaces/"),
    *("/administration/activity/", "/administration/system/", "/nowhere/"),
    *(f"/workspaces/fraud/{part}" for part in ("", "compute/", "settings/", "settings/members/", "settings/secrets/")),
    *(f"/workspaces/fraud/environments/{part}" for part in ("", "new/", "churn/", "churn/log/", "churn/jobs/")),
    *(f"/workspaces/fraud/models/{part}" for part in ("", "-/register/", "-/register/runs/")),
    *(f"/workspaces/fraud/settings/{part}" for part in ("aliases/", "activity/", "delete/")),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_fails_the_rules_that_a_program_can_check(open_as, live_gateway, scheme: str) -> None:
    ada = UserFactory.create(administrator=True, full_name="Ada Lovelace")
    workspace = WorkspaceFactory.create(
        name="fraud", owner=ada, tags={"team": "risk"}, description="# What for\n\nText"
    )
    member(workspace, full_name="Grace Hopper")
    SecretFactory.create(workspace=workspace)
    AliasFactory.create(workspace=workspace)
    EnvironmentFactory.create(workspace=workspace, name="churn", build=BuildFactory.create(ready=True))
    WorkspaceFactory.create(trashed=True, owner=ada)
    AccessTokenFactory.create(user=ada)
    InvitationFactory.create(invited_by=ada)
    hooks.notify(ada, "The report is ready", body="Every part of it", url="/workspaces/")

    page = open_as(ada, "/", color_scheme=scheme, bypass_csp=True)
    found = [fault for path in PAGES for fault in faults_of(page, path)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signed_out_pages_too(open_as, scheme: str) -> None:
    page = open_as(None, "/sign-in/", color_scheme=scheme, bypass_csp=True)
    assert not faults_of(page, "/sign-in/")


def faults_of(page: Page, path: str) -> list[str]:
    """Open a page and return what axe finds wrong with it."""
    page.goto(f"{settings.STUDIO.url}{path}")
    return faults_on(page, path)


def faults_on(page: Page, path: str) -> list[str]:
    """Return what axe finds wrong with a page as it is now. Args: path: what to call it."""
    page.add_script_tag(path=AXE)
    result: Any = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [
        f"{path}: {violation['help']}: {node['target']} {node['failureSummary']}"
        for violation in result["violations"]
        for node in violation["nodes"][:3]
    ]
