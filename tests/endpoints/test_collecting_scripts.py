"""Scripts that say themselves what is collected of a request, by the package that Azure ML has for that."""

import json
import shutil
import tempfile
from pathlib import Path

import orjson
import pytest
from django.conf import settings

from apps.data.models import DatasetVersion
from apps.data.stores import files_of
from apps.endpoints import services
from apps.endpoints.models import CollectedPart
from tests.endpoints.factories import Setting
from tests.endpoints.replica_server import FakeReplica, wait_until
from tests.endpoints.test_gateway import Place
from tests.serving.servers import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.servers]

SCRIPT = """
import json
import pandas as pd
from azureml.ai.monitoring import Collector
from azureml.ai.monitoring.context import BasicCorrelationContext

def init():
    global inputs, outputs, faults
    faults = []
    inputs = Collector(name="model_inputs", on_error=faults.append)
    outputs = Collector(name="model_outputs")

def run(data):
    numbers = json.loads(data)["data"]
    if numbers == "wrong":
        inputs.collect(numbers)
        return str(faults)
    if numbers == "large":
        inputs.collect(pd.DataFrame({"text": [str(number ** 5) for number in range(60_000)]}))
        return "answered"
    if numbers == "other":
        Collector(name="elsewhere").collect(pd.DataFrame({"a": [1]}))
    context = inputs.collect(pd.DataFrame({"width": numbers, "kind": ["é"] * len(numbers)}))
    answers = pd.DataFrame({"label": [number * 2 for number in numbers]})
    again = outputs.collect(answers, context)
    assert again is context and isinstance(context, BasicCorrelationContext)
    return {"id": context.get_id()}
"""


def rows(side):
    version = DatasetVersion.objects.get(dataset__name=f"iris-blue-model_{side}", number=1)
    text = b"".join(files_of(version.datastore).open(f"{version.folder}/{version.files.get().path}"))
    return [orjson.loads(line) for line in text.splitlines()]


def test_what_a_script_collects_becomes_the_datasets_of_its_deployment(live_gateway, monkeypatch):
    monkeypatch.setattr("studio.asgi.scoring.spool.CLOSED_AFTER_S", 0.2)
    folder = Path(tempfile.mkdtemp(prefix="ep-"))
    with serving({"score.py": SCRIPT}) as server:
        place = Place(live_gateway.address, Setting(), folder)
        deployment = place.deploy(FakeReplica("real", f"unix:{server.socket}"))
        place.until(body=b'{"data": [1, 2]}')
        actor = place.setting.actor
        services.set_collection(actor=actor, deployment=deployment, collection={"sampling_rate": 1.0})

        def collected():
            answer = place.ask(body=b'{"data": [1, 2]}', **{"x-request-id": "known"})
            assert answer.json() == {"id": "known"}
            assert "x-studio-collected" not in answer.headers
            return CollectedPart.objects.exists()

        wait_until(collected)
        services.set_collection(actor=actor, deployment=deployment, collection={})
        wait_until(lambda: not list((settings.STUDIO.home / "collected").iterdir()))
        part = CollectedPart.objects.order_by("pk")[0]
        CollectedPart.objects.update(first_at=part.created_at.replace(year=2020))
        services.roll_parts()
        for batch in {one.batch for one in CollectedPart.objects.all() if one.batch}:
            services.write_collected(batch)
    shutil.rmtree(folder)
    assert [(row["correlation_id"], row["width"], row["kind"]) for row in rows("inputs")[:2]] == [
        ("known", 1, "é"), ("known", 2, "é"),
    ]  # fmt: skip
    assert [(row["correlation_id"], row["label"]) for row in rows("outputs")[:2]] == [("known", 2), ("known", 4)]


def test_what_cannot_be_collected_is_told_to_the_script_and_costs_no_other_request():
    with serving({"score.py": SCRIPT}) as server:
        _status, said, headers = server.ask("/score", {"data": "wrong"})
        assert "takes a pandas DataFrame, and not str" in json.dumps(said)
        assert "x-studio-collected" not in headers
        status, said, headers = server.ask("/score", {"data": "large"})
        assert (status, said) == (200, "answered")
        assert "x-studio-collected" not in headers
        wait_until(lambda: "too large to be collected" in server.log)
        status, _said, _headers = server.ask("/score", {"data": "other"})
        assert status == 500
        wait_until(lambda: "There is no collection 'elsewhere' here" in server.log)
        status, _said, headers = server.ask("/score", {"data": [3]})
        assert status == 200
        assert headers["x-studio-collected"]
