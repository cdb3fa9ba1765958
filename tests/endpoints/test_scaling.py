"""Deployments that follow their load: what gateways say, what is started and ended, and why."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from apps.core.errors import InvalidInput
from apps.core.models import PendingTask
from apps.endpoints import services
from apps.endpoints.autoscaling import Load
from apps.endpoints.models import Deployment, DeploymentLoad, ScaleEvent
from apps.endpoints.services.routes import all_routes
from tests.endpoints.factories import end, make_ready, open_replicas

pytestmark = pytest.mark.django_db

SCALING = {"min_instances": 1, "max_instances": 4, "target_utilization": 50, "cool_down_s": 30}


def scaling_deployment(setting, **scaling):
    deployment = setting.deployment()
    services.set_scaling(actor=setting.actor, deployment=deployment, scaling={**SCALING, **scaling})
    make_ready(deployment)
    return deployment


def load(deployment, busy, waiting=0, gateway="one"):
    """Say what a gateway sees, and have the reconciler look."""
    services.record_loads(gateway, {deployment.pk: Load(busy, waiting)})
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    return deployment.instance_count


def fewer_were_enough(deployment, seconds):
    Deployment.objects.filter(pk=deployment.pk).update(busy_at=timezone.now() - timedelta(seconds=seconds))


def route(deployment):
    (endpoint,) = [one for one in all_routes()["endpoints"] if one["id"] == str(deployment.endpoint_id)]
    return endpoint["deployments"][deployment.name]


def test_servers_come_with_the_load_of_all_gateways_and_go_after_the_cool_down(setting):
    deployment = scaling_deployment(setting)
    assert load(deployment, 0.4) == 1
    assert load(deployment, 0.6, gateway="two") == 2, "Both gateways count."
    assert "1.0 requests at once" in deployment.scale_reason
    assert "50 %" in deployment.scale_reason
    assert load(deployment, 10) == 4, "No more than the most."
    assert len(make_ready(deployment)) == 4
    DeploymentLoad.objects.update(busy=0)
    fewer_were_enough(deployment, 29)
    assert load(deployment, 0.4) == 4
    fewer_were_enough(deployment, 31)
    assert load(deployment, 0.4) == 2
    assert "fewer were enough for 30 s" in deployment.scale_reason
    assert sum(replica.state == "draining" for replica in open_replicas(deployment)) == 2
    assert deployment.state == "Healthy"
    changes = ScaleEvent.objects.filter(deployment=deployment, by_load=True).order_by("created_at", "id")
    assert [(one.before, one.after) for one in changes] == [(1, 2), (2, 4), (4, 2)]


def test_what_a_gateway_said_long_ago_counts_no_more(setting):
    deployment = scaling_deployment(setting)
    assert load(deployment, 2) == 4
    DeploymentLoad.objects.update(at=timezone.now() - timedelta(minutes=1))
    fewer_were_enough(deployment, 31)
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    assert deployment.instance_count == 2


def test_a_load_that_needs_more_is_looked_after_at_once(setting):
    deployment = scaling_deployment(setting)
    PendingTask.objects.all().delete()
    services.record_loads("one", {deployment.pk: Load(0.2, 0), uuid4(): Load(9, 9)})
    assert not PendingTask.objects.filter(name="endpoints.reconcile").exists()
    services.record_loads("one", {deployment.pk: Load(2, 0)})
    assert PendingTask.objects.filter(name="endpoints.reconcile", arguments=[str(deployment.pk)]).exists()


def test_one_that_sleeps_is_woken_by_a_request_and_says_so(setting):
    deployment = scaling_deployment(setting, min_instances=0)
    assert route(deployment)["wake_wait_ms"] == 60_000
    fewer_were_enough(deployment, 31)
    assert load(deployment, 0) == 0
    assert deployment.state == "Healthy"
    assert deployment.reason.startswith("asleep after 30 s")
    for replica in open_replicas(deployment):
        end(replica, "canceled")
    assert load(deployment, 1.0, waiting=1) == 2
    assert deployment.scale_reason == "woken by a request"
    assert deployment.state == "Healthy", "It is on its way, and nothing failed."
    assert len(make_ready(deployment)) == 2
    assert len(route(deployment)["replicas"]) == 2


def test_what_cannot_be_woken_says_why(setting):
    deployment = scaling_deployment(setting, min_instances=0)
    fewer_were_enough(deployment, 31)
    load(deployment, 0)
    for replica in open_replicas(deployment):
        end(replica, "canceled")
    load(deployment, 0.4, waiting=1)
    (replica,) = [one for one in open_replicas(deployment) if one.state == "loading"]
    end(replica, reason="score.py, line 1: boom")
    assert load(deployment, 0.4, waiting=1) == 1
    assert deployment.state == "Unhealthy"


def test_an_update_of_one_that_sleeps_must_come_up_before_it_sleeps_on(setting):
    deployment = scaling_deployment(setting, min_instances=0)
    fewer_were_enough(deployment, 31)
    load(deployment, 0)
    services.update_deployment(actor=setting.actor, deployment=deployment, settings=setting.settings())
    fewer_were_enough(deployment, 31)
    assert load(deployment, 0) == 1
    assert deployment.state == "Updating"
    make_ready(deployment)
    assert deployment.revision is not None
    assert deployment.revision.number == 2


def test_a_fixed_number_ends_the_following(setting):
    deployment = scaling_deployment(setting)
    services.scale_deployment(actor=setting.actor, deployment=deployment, instance_count=1)
    assert load(deployment, 100) == 1
    deployment.refresh_from_db()
    assert deployment.scaling == {}
    services.set_scaling(actor=setting.actor, deployment=deployment, scaling={"min_instances": 3})
    deployment.refresh_from_db()
    assert deployment.instance_count == 3
    with pytest.raises(InvalidInput):
        services.set_scaling(actor=setting.actor, deployment=deployment, scaling={"max_instances": 1000})
