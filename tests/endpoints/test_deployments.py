"""Deployments come up, are updated without a gap, fail with a reason, and come back by themselves."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.compute.models import WorkOrder
from apps.core.errors import InvalidInput
from apps.endpoints import services
from apps.endpoints.errors import (
    DeploymentExists,
    EntryScriptMissing,
    EntryScriptNeeded,
    NameNotConfirmed,
    ReceivesTraffic,
    TrafficInvalid,
    UpdateUnderWay,
)
from apps.endpoints.models import Endpoint, Replica, Revision
from apps.endpoints.services.routes import all_routes
from apps.environments.models import EnvironmentBuild
from apps.registry.errors import ModelInUse
from apps.registry.services import delete_version
from apps.workspaces.models import Workspace
from tests.endpoints.factories import end, make_ready, open_replicas, order_of, report

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def routed(deployment):
    """Return the addresses to which requests for a deployment go."""
    (endpoint,) = [one for one in all_routes()["endpoints"] if one["id"] == str(deployment.endpoint_id)]
    return [replica["address"] for replica in endpoint["deployments"][deployment.name]["replicas"]]


def later(deployment, seconds=30):
    """Let time pass for what drains."""
    Replica.objects.filter(deployment=deployment, draining_at__isnull=False).update(
        draining_at=timezone.now() - timedelta(seconds=seconds)
    )


def test_a_deployment_serves_once_its_replicas_are_ready(setting):
    deployment = setting.deployment(count=2)
    services.reconcile(deployment.pk)
    first, second = open_replicas(deployment)
    assert routed(deployment) == []
    order = order_of(first)
    assert (order.kind, order.slots, order.subject_id) == ("replica", 0, first.run_id)
    assert order.spec["inputs"][setting.model.model.name]["id"] == str(setting.model.pk)
    assert order.spec["entry_script"] == ""
    assert order.spec["replica"]["deployment"] == "blue"
    report(first, address="unix:/one.sock")
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    assert (deployment.state, routed(deployment)) == ("Creating", [])
    report(second, address="unix:/two.sock", schema={"sample": {"data": []}})
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    assert (deployment.state, deployment.reason) == ("Healthy", "")
    assert routed(deployment) == ["unix:/one.sock", "unix:/two.sock"]
    assert deployment.revision.schema == {"sample": {"data": []}}


def test_the_first_deployment_gets_the_traffic_and_the_next_one_none(setting):
    endpoint = setting.endpoint()
    setting.deployment(endpoint)
    setting.deployment(endpoint, "green")
    endpoint.refresh_from_db()
    assert endpoint.traffic == {"blue": 100}


def test_a_deployment_waits_for_its_environment_and_says_so(setting):
    EnvironmentBuild.objects.update(state="Running", started_at=timezone.now())
    deployment = setting.deployment()
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    assert deployment.state == "Creating"
    assert "building" in deployment.reason
    assert not open_replicas(deployment)
    EnvironmentBuild.objects.update(state="Succeeded", digest="d" * 64)
    services.reconcile(deployment.pk)
    assert len(open_replicas(deployment)) == 1


def test_a_first_revision_that_fails_says_its_first_failing_line(setting):
    deployment = setting.deployment()
    services.reconcile(deployment.pk)
    (replica,) = open_replicas(deployment)
    end(replica, error_code="UserError", reason="score.py, line 3: NameError: name 'mdoel' is not defined")
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    assert deployment.state == "Failed"
    assert deployment.reason == "score.py, line 3: NameError: name 'mdoel' is not defined"
    assert not open_replicas(deployment)


def test_an_update_takes_over_when_it_is_ready_and_then_the_old_replicas_finish(setting):
    deployment = setting.deployment()
    (old,) = make_ready(deployment, address="unix:/old.sock")
    services.update_deployment(
        actor=setting.actor, deployment=deployment, settings=setting.settings(variables={"A": "2"})
    )
    services.reconcile(deployment.pk)
    _old, new = open_replicas(deployment)
    assert routed(deployment) == ["unix:/old.sock"]
    assert not report(old)
    report(new, address="unix:/new.sock")
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    assert (deployment.state, deployment.revision.number) == ("Healthy", 2)
    assert routed(deployment) == ["unix:/new.sock"]
    assert order_of(old).cancel_requested_at is None, "Gateways must hear of it before it ends."
    later(deployment)
    assert report(old), "Its runner is told to finish."
    services.reconcile(deployment.pk)
    end(old, "canceled")
    services.reconcile(deployment.pk)
    assert [replica.pk for replica in open_replicas(deployment)] == [new.pk]
    assert Revision.objects.get(deployment=deployment, number=1).state == "Replaced"


def test_an_update_that_fails_is_taken_back_and_what_serves_goes_on(setting):
    deployment = setting.deployment()
    make_ready(deployment, address="unix:/old.sock")
    services.update_deployment(
        actor=setting.actor, deployment=deployment, settings=setting.settings(variables={"A": "2"})
    )
    services.reconcile(deployment.pk)
    end(open_replicas(deployment)[1], reason="ValueError: no such column", error_code="UserError")
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    assert (deployment.state, deployment.revision.number) == ("Healthy", 1)
    assert "no such column" in deployment.reason
    assert routed(deployment) == ["unix:/old.sock"]


def test_one_update_at_a_time(setting):
    deployment = setting.deployment()
    make_ready(deployment)
    services.update_deployment(actor=setting.actor, deployment=deployment, settings=setting.settings())
    with pytest.raises(UpdateUnderWay):
        services.update_deployment(actor=setting.actor, deployment=deployment, settings=setting.settings())
    services.give_up_update(actor=setting.actor, deployment=deployment)
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    assert (deployment.state, deployment.candidate) == ("Healthy", None)


def test_a_replica_that_dies_is_started_again_at_once_and_then_ever_later(setting):
    deployment = setting.deployment()
    (first,) = make_ready(deployment)
    end(first, reason="killed")
    assert routed(deployment) == []
    services.reconcile(deployment.pk)
    (second,) = open_replicas(deployment)
    assert second.pk != first.pk
    deployment.refresh_from_db()
    assert deployment.state == "Unhealthy"
    end(second, reason="killed again")
    services.reconcile(deployment.pk)
    deployment.refresh_from_db()
    assert not open_replicas(deployment)
    assert "killed again" in deployment.reason
    Revision.objects.update(retry_at=timezone.now())
    services.reconcile(deployment.pk)
    assert len(open_replicas(deployment)) == 1


def test_what_ends_with_the_studio_comes_back_without_delay(setting):
    deployment = setting.deployment()
    for _time in range(3):
        (replica,) = make_ready(deployment)
        end(replica, "canceled", reason="the studio was stopped")
    services.reconcile(deployment.pk)
    assert len(open_replicas(deployment)) == 1
    assert Revision.objects.get().failures == 0


def test_a_replica_that_no_longer_answers_is_replaced(setting, django_capture_on_commit_callbacks):
    deployment = setting.deployment()
    (replica,) = make_ready(deployment)
    report(replica, "unhealthy", reason="it did not answer 3 times")
    assert routed(deployment) == []
    Replica.objects.update(unhealthy_since=timezone.now() - timedelta(minutes=2))
    with django_capture_on_commit_callbacks(execute=True):
        services.reconcile(deployment.pk)
    assert order_of(replica).cancel_reason == "it did not answer 3 times"
    end(replica, "canceled")
    services.reconcile(deployment.pk)
    (other,) = open_replicas(deployment)
    assert other.pk != replica.pk


def test_how_long_a_replica_may_start_is_a_setting(setting, django_capture_on_commit_callbacks):
    deployment = setting.deployment(request_settings={"startup_s": 60, "silence_s": 7})
    services.reconcile(deployment.pk)
    (replica,) = open_replicas(deployment)
    report(replica, "loading")
    order = order_of(replica)
    assert order.spec["server"]["silence_s"] == 7
    for seconds, reason in ((50, ""), (70, "it was not ready within 60 s")):
        WorkOrder.objects.filter(pk=order.pk).update(began_at=timezone.now() - timedelta(seconds=seconds))
        with django_capture_on_commit_callbacks(execute=True):
            services.reconcile(deployment.pk)
        assert order_of(replica).cancel_reason == reason


def test_scaling_up_and_down(setting):
    deployment = setting.deployment()
    make_ready(deployment)
    services.scale_deployment(actor=setting.actor, deployment=deployment, instance_count=3)
    assert len(make_ready(deployment)) == 3
    services.scale_deployment(actor=setting.actor, deployment=deployment, instance_count=0)
    services.reconcile(deployment.pk)
    assert {replica.state for replica in open_replicas(deployment)} == {"draining"}
    deployment.refresh_from_db()
    assert (deployment.state, routed(deployment)) == ("Healthy", [])
    with pytest.raises(InvalidInput):
        services.scale_deployment(actor=setting.actor, deployment=deployment, instance_count=1000)


def test_a_workspace_in_the_trash_has_no_replicas(setting):
    deployment = setting.deployment()
    make_ready(deployment)
    Workspace.objects.update(deleted_at=timezone.now())
    services.reconcile(deployment.pk)
    assert {replica.state for replica in open_replicas(deployment)} == {"draining"}
    assert all_routes()["endpoints"] == []


@pytest.mark.parametrize(
    "traffic", [{"blue": 50}, {"blue": 60, "green": 60}, {"blue": 100, "red": 0, "pink": 1}, {"red": 100}]
)
def test_traffic_that_does_not_fit_is_refused(setting, traffic):
    endpoint = setting.endpoint()
    setting.deployment(endpoint)
    setting.deployment(endpoint, "green")
    with pytest.raises(TrafficInvalid):
        services.set_traffic(actor=setting.actor, endpoint=endpoint, traffic=traffic)


def test_traffic_and_copies(setting):
    endpoint = setting.endpoint()
    setting.deployment(endpoint)
    setting.deployment(endpoint, "green")
    services.set_traffic(actor=setting.actor, endpoint=endpoint, mirror={"green": 10})
    with pytest.raises(TrafficInvalid):
        services.set_traffic(actor=setting.actor, endpoint=endpoint, traffic={"blue": 90, "green": 10})
    services.set_traffic(actor=setting.actor, endpoint=endpoint, traffic={"blue": 90, "green": 10}, mirror={})
    green = services.find_deployment(endpoint, "green")
    assert green
    with pytest.raises(ReceivesTraffic):
        services.delete_deployment(actor=setting.actor, deployment=green, confirmed_name="green")
    services.set_traffic(actor=setting.actor, endpoint=endpoint, traffic={"blue": 0, "green": 0})
    endpoint.refresh_from_db()
    assert endpoint.traffic == {}


def test_what_is_no_mlflow_model_needs_an_entry_script_that_is_there(setting):
    custom = setting.add_model(type="custom_model")
    endpoint = setting.endpoint()
    with pytest.raises(EntryScriptNeeded):
        setting.deployment(endpoint, model=custom)
    with pytest.raises(EntryScriptMissing):
        setting.deployment(endpoint, model=custom, entry_script="score.py")


def test_names_are_used_once(setting):
    endpoint = setting.endpoint()
    setting.deployment(endpoint)
    with pytest.raises(DeploymentExists):
        setting.deployment(endpoint)
    with pytest.raises(InvalidInput):
        setting.deployment(endpoint, "Blue!")


def test_a_model_in_use_cannot_be_deleted(setting):
    deployment = setting.deployment()
    with pytest.raises(ModelInUse):
        delete_version(actor=setting.actor, version=setting.model)
    services.delete_endpoint(actor=setting.actor, endpoint=deployment.endpoint, confirmed_name="iris")
    delete_version(actor=setting.actor, version=setting.model)


def test_deleting_an_endpoint_asks_for_its_name_and_ends_its_replicas(setting, django_capture_on_commit_callbacks):
    deployment = setting.deployment()
    (replica,) = make_ready(deployment)
    order = order_of(replica)
    with pytest.raises(NameNotConfirmed):
        services.delete_endpoint(actor=setting.actor, endpoint=deployment.endpoint, confirmed_name="ires")
    with django_capture_on_commit_callbacks(execute=True):
        services.delete_endpoint(actor=setting.actor, endpoint=deployment.endpoint, confirmed_name="iris")
    order.refresh_from_db()
    assert order.cancel_requested_at is not None
    assert not Endpoint.objects.exists()
    assert services.record_report(order, state="ready"), "Its runner is told to finish."


def test_a_revision_from_before_there_was_a_setting_differs_by_nothing_in_it(setting, browser_of):
    deployment = setting.deployment()
    make_ready(deployment)
    old = {"timeout_ms": 5000, "max_concurrent": 1, "max_queue_wait_ms": 500}
    Revision.objects.filter(deployment=deployment).update(request_settings=old)
    services.update_deployment(actor=setting.actor, deployment=deployment, settings=setting.settings())
    workspace = setting.workspace.name
    page = browser_of(setting.actor).get(reverse("endpoints:revisions", args=[workspace, "iris", "blue"]))
    text = page.content.decode()
    assert "The same settings and code as revision 1." in text
    assert "Longest start" not in text
