"""Pages of endpoints hold to the rules of accessibility that a program can check."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from apps.endpoints.services import create_deployment
from tests.browser.test_accessibility import faults_of
from tests.endpoints.factories import Setting, make_ready, open_replicas, report

pytestmark = pytest.mark.browser

TABS = ("", "test/", "consume/", "logs/", "monitoring/", "edit/", "delete/")


@pytest.fixture
def setting(transactional_db: None) -> Setting:
    return Setting()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_endpoints_fails_the_rules_that_a_program_can_check(open_as, setting, scheme: str) -> None:
    deployment = setting.deployment(count=2)
    make_ready(deployment, schema={"sample": {"data": [[1, 2]]}})
    report(open_replicas(deployment)[0], "unhealthy", reason="it did not answer 3 times")
    endpoint = deployment.endpoint
    create_deployment(
        actor=setting.actor, endpoint=endpoint, name="green", settings=setting.settings(), instance_count=1
    )
    front = endpoint.get_absolute_url()
    own = [setting.workspace.name, endpoint.name, "blue"]
    paths = [reverse("endpoints:endpoints", args=own[:1]), reverse("endpoints:deploy", args=own[:1])]
    paths += [f"{front}{tab}" for tab in TABS]
    paths += [reverse(f"endpoints:{name}", args=own) for name in ("update", "revisions")]
    page: Page = open_as(setting.actor, paths[0], color_scheme=scheme, bypass_csp=True)
    found = [fault for path in paths for fault in faults_of(page, path)]
    assert not found, "\n".join(found)
