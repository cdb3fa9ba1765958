"""Pages of endpoints: from a model to an address, and what each tab shows."""

import pytest
from django.urls import reverse

from apps.endpoints import services
from apps.endpoints.models import Deployment, Endpoint
from tests.endpoints.factories import end, make_ready, open_replicas
from tests.workspaces.factories import member

pytestmark = pytest.mark.django_db

SETTINGS = {
    "instance_count": "1",
    "timeout_ms": "5000",
    "max_concurrent": "1",
    "max_queue_wait_ms": "500",
    "startup_s": "900",
    "silence_s": "30",
}


def at(setting, name, *names, **query):
    address = reverse(f"endpoints:{name}", args=[setting.workspace.name, *names])
    return f"{address}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else address


@pytest.fixture
def site(setting, browser_of):
    return browser_of(setting.actor)


def test_the_empty_list_says_what_an_endpoint_is_and_offers_the_first_step(setting, site):
    page = site.get(at(setting, "endpoints")).content.decode()
    assert "No endpoints yet" in page
    assert at(setting, "deploy") in page


def test_an_mlflow_model_is_deployed_with_what_is_guessed(setting, site):
    reference = setting.model.reference
    page = site.get(at(setting, "deploy", model=reference))
    form = page.context["form"]
    guessed = {name: form[name].value() or "" for name in form.fields}
    assert (guessed["deployment"], guessed["code_from"]) == ("blue", "none")
    answer = site.post(at(setting, "deploy", model=reference), {**guessed, **SETTINGS, "all_traffic": "on"})
    endpoint = Endpoint.objects.get()
    assert answer.headers["location"] == endpoint.get_absolute_url()
    assert (endpoint.name, endpoint.traffic) == (guessed["endpoint"], {"blue": 100})
    revision = Deployment.objects.get().candidate
    assert revision
    assert revision.model == setting.model
    page = site.get(at(setting, "deploy", model=reference, endpoint=endpoint.name))
    assert page.context["form"]["deployment"].value() == "green"


@pytest.mark.parametrize("name", ["A", "x" * 40, "-iris", "iris_1", ""])
def test_a_name_that_cannot_be_had_is_told_at_its_field(setting, site, name):
    said = {**SETTINGS, "endpoint": name, "deployment": "blue"}
    refused = site.post(at(setting, "deploy", model=setting.model.reference), said)
    assert refused.status_code == 422
    assert "endpoint" in refused.context["form"].errors


def test_a_model_page_offers_to_deploy_it(setting, site):
    page = site.get(setting.model.get_absolute_url()).content.decode()
    assert at(setting, "deploy") in page


def test_details_say_how_each_deployment_stands(setting, site):
    deployment = setting.deployment()
    services.reconcile(deployment.pk)
    end(open_replicas(deployment)[0], reason="score.py, line 3: no such file", error_code="UserError")
    services.reconcile(deployment.pk)
    page = site.get(at(setting, "endpoint", "iris")).content.decode()
    assert "score.py, line 3: no such file" in page
    assert "Failed" in page


def test_every_tab_opens_before_and_after_there_is_something_to_show(setting, site):
    endpoint = setting.endpoint()
    for tab in ("endpoint", "test", "consume", "logs", "monitoring"):
        assert site.get(at(setting, tab, "iris")).status_code == 200
    deployment = setting.deployment(endpoint)
    make_ready(deployment, schema={"sample": {"data": [[5.1, 3.5]]}})
    for tab in ("endpoint", "test", "consume", "logs", "monitoring"):
        assert site.get(at(setting, tab, "iris")).status_code == 200
    (shown,) = site.get(at(setting, "test", "iris")).context["props"]["deployments"]
    assert shown["sample"] == '{"data": [[5.1, 3.5]]}'


def test_keys_are_for_those_who_deploy(setting, site, browser_of):
    setting.deployment()
    keys = services.keys_of(actor=setting.actor, endpoint=Endpoint.objects.get())
    assert keys.primary in site.get(at(setting, "consume", "iris")).content.decode()
    reader = browser_of(member(setting.workspace, "reader"))
    assert keys.primary not in reader.get(at(setting, "consume", "iris")).content.decode()
    assert reader.post(at(setting, "regenerate", "iris"), {"which": "primary"}).status_code == 403
    site.post(at(setting, "regenerate", "iris"), {"which": "primary"})
    assert services.keys_of(actor=setting.actor, endpoint=Endpoint.objects.get()).primary != keys.primary


def test_traffic_is_set_from_the_page_and_what_does_not_fit_is_told(setting, site):
    endpoint = setting.endpoint()
    setting.deployment(endpoint)
    setting.deployment(endpoint, "green")
    site.post(at(setting, "traffic", "iris"), {"traffic-blue": "70", "traffic-green": "30"})
    endpoint.refresh_from_db()
    assert endpoint.traffic == {"blue": 70, "green": 30}
    page = site.post(at(setting, "traffic", "iris"), {"traffic-blue": "70", "traffic-green": "x"}, follow=True)
    assert "100 %" in page.content.decode()
    endpoint.refresh_from_db()
    assert endpoint.traffic == {"blue": 70, "green": 30}


def test_an_update_is_rolled_out_and_can_be_given_up(setting, site):
    deployment = setting.deployment()
    make_ready(deployment)
    assert site.get(at(setting, "update", "iris", "blue")).status_code == 200
    site.post(at(setting, "update", "iris", "blue"), {**SETTINGS, "timeout_ms": "900", "instance_count": "2"})
    deployment.refresh_from_db()
    assert deployment.candidate.request_settings["timeout_ms"] == 900
    assert deployment.instance_count == 2
    site.post(at(setting, "give-up", "iris", "blue"))
    deployment.refresh_from_db()
    assert deployment.candidate is None


def test_deleting_asks_for_the_name(setting, site):
    setting.deployment()
    site.post(at(setting, "delete", "iris"), {"confirm": "ires"})
    assert Endpoint.objects.exists()
    site.post(at(setting, "delete-deployment", "iris", "blue"), {"confirm": "blue"})
    assert not Deployment.objects.exists()
    assert site.get(at(setting, "delete", "iris")).status_code == 200
    site.post(at(setting, "delete", "iris"), {"confirm": "iris"})
    assert not Endpoint.objects.exists()


def test_description_tags_and_authentication_can_be_changed(setting, site):
    endpoint = setting.endpoint()
    said = {
        "description": "Kinds of **iris**",
        "auth_mode": "token",
        "tags": "team=flowers",
        "requests_per_minute": "60",
    }
    assert site.post(at(setting, "edit", "iris"), said).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.auth_mode, endpoint.tags, endpoint.requests_per_minute) == ("token", {"team": "flowers"}, 60)
    assert "<strong>iris</strong>" in site.get(at(setting, "endpoint", "iris")).content.decode()
