"""Pages below ``/workspaces/<name>/compute/``."""

from django.urls import path

from apps.compute.views import machines, targets, work

app_name = "compute"

urlpatterns = [
    path("", targets.targets, name="targets"),
    path("targets/<uuid:target_id>/", targets.target, name="target"),
    path("targets/<uuid:target_id>/now/", targets.target_now, name="target-now"),
    path("targets/<uuid:target_id>/edit/", targets.edit, name="edit-target"),
    path("targets/<uuid:target_id>/pause/", targets.pause, name="pause"),
    path("targets/<uuid:target_id>/resume/", targets.resume, name="resume"),
    path("targets/<uuid:target_id>/queue/cancel/", work.cancel_waiting, name="cancel-waiting"),
    path("targets/<uuid:target_id>/queue/first/", work.put_first, name="put-first"),
    path("targets/<uuid:target_id>/queue/last/", work.put_last, name="put-last"),
    path("work/<uuid:order_id>/cancel/", work.cancel, name="cancel-work"),
    path("machines/", machines.machines, name="machines"),
    path("machines/<uuid:agent_id>/", machines.machine, name="machine"),
    path("machines/<uuid:agent_id>/exposure/accept/", machines.accept_exposure, name="accept-exposure"),
    path("machines/<uuid:agent_id>/exposure/withdraw/", machines.withdraw_exposure, name="withdraw-exposure"),
]
