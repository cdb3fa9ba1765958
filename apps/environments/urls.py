"""Pages below ``/workspaces/<name>/environments/``."""

from django.urls import path

from apps.environments.views import environment, lists, new

app_name = "environments"

_one = "<str:environment_name>/"

urlpatterns = [
    path("", lists.environments, name="environments"),
    path("new/", new.new_environment, name="new-environment"),
    path(_one, environment.environment, name="environment"),
    path(f"{_one}log/", environment.build_log, name="build-log"),
    path(f"{_one}jobs/", environment.jobs, name="environment-jobs"),
    path(f"{_one}lock/", environment.lock, name="lock"),
    path(f"{_one}rebuild/", environment.rebuild, name="rebuild-environment"),
    path(f"{_one}archive/", environment.archive, {"archived": True}, name="archive-environment"),
    path(f"{_one}restore/", environment.archive, {"archived": False}, name="restore-environment"),
]
