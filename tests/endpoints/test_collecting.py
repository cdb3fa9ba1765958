"""From what gateways hand over to versions of datasets: once each, in somebody's name, and never lost."""

from datetime import datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from django.utils import timezone

from apps.core.models import PendingTask
from apps.core.storage import get_store
from apps.data.models import Dataset, DatasetVersion
from apps.data.stores import files_of
from apps.endpoints import services
from apps.endpoints.models import CollectedPart
from apps.endpoints.services import rolling
from apps.workspaces.models import Membership

pytestmark = pytest.mark.django_db


def batches():
    """Return what shall become versions."""
    return {part.batch for part in CollectedPart.objects.all() if part.batch is not None}


class Collected:
    """A deployment that collects, and gateways that hand over."""

    def __init__(self, setting, **collection):
        self.setting = setting
        self.deployment = setting.deployment()
        given = {"sampling_rate": 1.0, **collection}
        services.set_collection(actor=setting.actor, deployment=self.deployment, collection=given)
        self.deployment.refresh_from_db()

    def hand_over(self, *records, at=None, part_id=None):
        """Hand one part over; each record is ``(id, input, output)``."""
        part_id = part_id or uuid4()
        at = at or timezone.now() - timedelta(hours=2)
        lines = [
            {"id": one, "at": at.isoformat(), "ms": 1.0, "model": "iris:1", "input": given, "output": answered}
            for one, given, answered in records
        ]
        workspace = self.setting.workspace
        stored = get_store().write(
            services.part_key(workspace.pk, part_id), [b"".join(orjson.dumps(line) + b"\n" for line in lines)]
        )
        head = {
            "workspace": str(workspace.pk),
            "deployment": str(self.deployment.pk),
            "name": "iris-blue",
            "settings": self.deployment.collection,
            "for": str(self.deployment.collected_for_id),
        }
        services.take_part(part_id, head, size=stored.size, row_count=len(lines), first_at=at, last_at=at)
        return part_id

    def roll(self):
        """Roll what is due, and write it, as tasks would."""
        services.roll_parts()
        for batch in batches():
            services.write_collected(batch)

    def rows(self, side, number=1):
        """Return the rows of a version."""
        version = DatasetVersion.objects.get(dataset__name=f"iris-blue-model_{side}", number=number)
        path = version.files.get().path
        text = b"".join(files_of(version.datastore).open(f"{version.folder}/{path}"))
        return version, [orjson.loads(line) for line in text.splitlines()]


ONE = ("a", '{"data": [[1, 2]]}', "[0]")
TWO = ("b", '{"data": [[3, 4], [5, 6]]}', "[1, 2]")


def test_requests_and_answers_become_datasets_that_fit_together(setting):
    made = Collected(setting)
    made.hand_over(ONE)
    made.hand_over(TWO)
    made.roll()
    version, inputs = made.rows("inputs")
    assert [(row["correlation_id"], row["request_row"], row["column_1"]) for row in inputs] == [
        ("a", 0, 1), ("b", 0, 3), ("b", 1, 5),
    ]  # fmt: skip
    assert version.row_count == 3
    assert version.created_by == setting.actor
    assert "column_2" in {column["name"] for column in version.columns}
    _version, outputs = made.rows("outputs")
    assert [(row["correlation_id"], row["request_row"], row["value"]) for row in outputs] == [
        ("a", 0, 0), ("b", 0, 1), ("b", 1, 2),
    ]  # fmt: skip
    assert not CollectedPart.objects.exists()
    (freeing,) = PendingTask.objects.filter(name="endpoints.free_collected")
    services.free_collected(*freeing.arguments)
    assert not any(get_store().list(f"collected/{setting.workspace.pk}"))


def test_what_is_handed_over_twice_counts_once_and_so_does_what_is_written_twice(setting):
    made = Collected(setting)
    part = made.hand_over(ONE)
    made.hand_over(ONE, part_id=part)
    services.roll_parts()
    (batch,) = batches()
    parts = list(CollectedPart.objects.all())
    services.write_collected(batch)
    CollectedPart.objects.bulk_create(parts)  # the worker was killed before it had taken them away
    services.write_collected(batch)
    assert DatasetVersion.objects.filter(dataset__name="iris-blue-model_inputs").count() == 1
    assert len(made.rows("inputs")[1]) == 1


def test_an_hour_is_gathered_before_it_becomes_a_version(setting):
    made = Collected(setting)
    now = timezone.now()
    made.hand_over(ONE, at=now)
    made.roll()
    assert CollectedPart.objects.filter(batch=None).count() == 1
    hour = datetime.fromtimestamp(now.timestamp() // 3600 * 3600, now.tzinfo)
    made.hand_over(TWO, at=hour - timedelta(hours=3))
    made.hand_over(("c", "[1]", "[1]"), at=hour - timedelta(hours=2))
    made.roll()
    made.roll()
    assert [row["correlation_id"] for row in made.rows("inputs", 1)[1]] == ["b", "b"]
    assert [row["correlation_id"] for row in made.rows("inputs", 2)[1]] == ["c"]
    assert CollectedPart.objects.filter(batch=None).count() == 1


def test_a_lot_is_not_gathered_for_an_hour(setting, monkeypatch):
    monkeypatch.setattr(rolling, "LARGEST_BATCH", 200)
    made = Collected(setting)
    for number in range(4):
        made.hand_over((f"r{number}", "[1]", "[1]"), at=timezone.now())
    made.roll()
    made.roll()
    assert DatasetVersion.objects.filter(dataset__name="iris-blue-model_inputs").exists()


def test_what_is_no_table_is_kept_as_text(setting, monkeypatch):
    monkeypatch.setattr(rolling, "MOST_COLUMNS", 20)
    made = Collected(setting, outputs=False)
    wide = orjson.dumps({f"key{number}": 1 for number in range(50)}).decode()
    made.hand_over(("a", wide, None), ("b", "hello", None))
    made.roll()
    _version, rows = made.rows("inputs")
    assert [row["body"] for row in rows] == [wide, "hello"]
    assert not Dataset.objects.filter(name="iris-blue-model_outputs").exists()


def test_nothing_is_lost_when_nobody_may_write_and_the_page_says_why(setting):
    made = Collected(setting)
    made.hand_over(ONE)
    Membership.objects.filter(user=setting.actor).update(role="reader")
    made.roll()
    made.deployment.refresh_from_db()
    assert made.deployment.collection_reason
    assert CollectedPart.objects.count() == 1
    Membership.objects.filter(user=setting.actor).update(role="contributor")
    services.set_collection(actor=setting.actor, deployment=made.deployment, collection={"sampling_rate": 0.5})
    made.roll()
    made.deployment.refresh_from_db()
    assert made.deployment.collection_reason == ""
    assert len(made.rows("inputs")[1]) == 1


def test_a_deleted_deployment_leaves_what_it_had_collected(setting):
    made = Collected(setting)
    made.hand_over(ONE)
    services.delete_deployment(actor=setting.actor, deployment=made.deployment, confirmed_name="blue")
    made.roll()
    assert len(made.rows("inputs")[1]) == 1


def test_what_belongs_to_a_workspace_that_is_gone_is_deleted(setting):
    made = Collected(setting)
    head = {
        "workspace": str(uuid4()),
        "deployment": str(made.deployment.pk),
        "name": "x-y",
        "settings": {},
        "for": "None",
    }
    now = timezone.now()
    services.take_part(uuid4(), head, size=1, row_count=1, first_at=now, last_at=now)
    assert not CollectedPart.objects.exists()


def test_a_name_that_another_kind_of_dataset_has_is_told(setting):
    made = Collected(setting)
    Dataset.objects.create(workspace=setting.workspace, name="iris-blue-model_inputs", kind="file")
    made.hand_over(ONE)
    made.roll()
    made.deployment.refresh_from_db()
    assert "iris-blue-model_inputs" in made.deployment.collection_reason
