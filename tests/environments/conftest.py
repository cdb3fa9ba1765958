"""People in front of pages and API, and machines that build."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from apps.compute.models import WorkOrder
from apps.compute.services import end_work, record_progress
from apps.compute.states import WorkState
from apps.environments import services
from apps.environments.models import EnvironmentBuild, EnvironmentVersion
from tests.workspaces.conftest import api_of, browser_of

__all__ = ["api_of", "browser_of"]

RESULT = {
    "lock": "numpy==2.1.0 --hash=sha256:0\n",
    "digest": "e" * 64,
    "python": "3.11.7",
    "packages": [{"name": "numpy", "version": "2.1.0"}, {"name": "pandas", "version": "2.2.3"}],
    "size": 123_000_000,
}


@pytest.fixture
def begin_build(db: None) -> Callable[[EnvironmentVersion], WorkOrder]:
    """A function that does what a machine does first: takes the build of a version, and says that it is at work."""

    def begin(version: EnvironmentVersion) -> WorkOrder:
        services.start_builds()
        row = EnvironmentVersion.objects.get(pk=version.pk)
        build = row.next_build or row.build
        assert build.run is not None
        assert build.run.order is not None
        order = build.run.order
        order.move_to(WorkState.LEASED, leased_at=timezone.now(), attempt=1)
        record_progress(order, stage="resolve", stages=[{"name": "resolve", "started_at": None}], began=True)
        order.refresh_from_db()
        return order

    return begin


@pytest.fixture
def finish_build(begin_build: Any) -> Callable[..., EnvironmentBuild]:
    """A function that brings the build of a version to its end; succeeded unless told otherwise."""

    def finish(version: EnvironmentVersion, outcome: str = "succeeded", **said: Any) -> EnvironmentBuild:
        order = begin_build(version)
        end_work(
            order,
            outcome=outcome,
            result={**RESULT, **said.pop("result", {})} if outcome == "succeeded" else {},
            **said,
        )
        build: EnvironmentBuild = EnvironmentBuild.objects.get(run_id=order.subject_id)
        return build

    return finish
