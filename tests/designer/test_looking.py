"""Looking at what steps have left: what people see of tables, models and files, whatever these hold."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.core.storage import get_store
from apps.data.models import DatasetVersion
from apps.designer import looking
from apps.experiments.models import Run, RunFile
from apps.experiments.services import lend_files, store_file
from apps.workspaces.models import Workspace
from mlstudio.components.core import store
from mlstudio.components.core.declaring import TABLE, TRANSFORM
from mlstudio.components.core.values import Transformation
from tests.components.helpers import table
from tests.experiments.factories import RunFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(ada: User, browser_of: Callable[[User], Client]) -> Client:
    return browser_of(ada)


@pytest.fixture
def run(workspace: Workspace, ada: User) -> Run:
    made: Run = RunFactory.create(workspace=workspace, completed=True, submitted_by=ada, display_name="Split Data")
    return made


def left(run: Run, name: str, folder: Path) -> None:
    """Keep what a component wrote as an output of a run."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            store_file(run=run, path=f"outputs/{name}/{path.relative_to(folder)}", contents=[path.read_bytes()])


def api(run: Run, name: str, more: str = "") -> str:
    return f"/api/v1/workspaces/churn/runs/{run.pk}/designer-outputs/{name}/{more}"


@pytest.fixture
def cars(run: Run, tmp_path: Path) -> Run:
    """A run that has left a table of cars, in ``cars``."""
    columns = {"make": ["bmw", "audi", "bmw", None], "price": [20.0, 10.0, None, 30.0], "doors": [2, 4, 4, 2]}
    store.write(TABLE, table(columns, label="price"), tmp_path)
    left(run, "cars", tmp_path)
    return run


@pytest.mark.servers
def test_a_table_is_shown_with_numbers_about_its_columns(client: Client, cars: Run):
    page = client.get(f"/workspaces/churn/designer/outputs/{cars.pk}/cars/")
    assert page.status_code == 200
    assert "Register as dataset" in page.content.decode()
    found = client.get(api(cars, "cars")).json()
    assert (found["kind"], found["rows"], found["columns"]) == ("table", 4, 3)
    assert found["data"][0] == ["bmw", 20.0, 2]
    make, price, _doors = found["schema"]
    assert make["top"] == [["bmw", 2], ["audi", 1]]
    assert (price["mean"], price["median"], price["missing"], price["role"]) == (20.0, 20.0, 1, "label")
    points = client.get(api(cars, "cars", "scatter/?x=doors&y=price&by=make")).json()
    assert (points["rows"], points["x"]["points"], points["y"]["points"]) == (2, [2.0, 4.0], [20.0, 10.0])
    assert points["groups"] == {"values": ["audi", "bmw"], "points": [1, 0]}
    wrong = client.get(api(cars, "cars", "scatter/?x=doors&y=colour"))
    assert (wrong.status_code, wrong.json()["detail"]) == (422, "There is no column “colour”. Choose another one.")


def test_what_was_found_is_kept_by_what_the_files_hold(
    workspace: Workspace, ada: User, cars: Run, monkeypatch: pytest.MonkeyPatch
):
    other: Run = RunFactory.create(workspace=workspace, completed=True, submitted_by=ada)
    lend_files(run=other, origin=cars, source="outputs/cars", target="outputs/again")
    first = looking.describe(looking.find_output(cars, "cars"))
    monkeypatch.setattr(looking, "_asked", None)  # nobody opens the files a second time
    assert looking.describe(looking.find_output(other, "again")) == first
    kept = [entry.key for entry in get_store().list(cars.files_prefix) if "/looks/" in entry.key]
    assert len(kept) == 1


def test_a_damaged_table_says_so_and_others_do_not_stop_the_page(client: Client, cars: Run):
    row = RunFile.objects.get(run=cars, path="outputs/cars/data.parquet")
    whole = b"".join(get_store().open(row.key))
    store_file(run=cars, path="outputs/cut/data.parquet", contents=[whole[: len(whole) // 2]])
    answer = client.get(api(cars, "cut"))
    assert answer.status_code == 422
    assert "cannot be read" in answer.json()["detail"]
    assert client.get(f"/workspaces/churn/designer/outputs/{cars.pk}/cut/").status_code == 200


def test_what_needs_more_than_its_share_is_given_up(cars: Run, monkeypatch: pytest.MonkeyPatch):
    output = looking.find_output(cars, "cars")
    monkeypatch.setattr(looking, "MEMORY_BYTES", 2**20)
    with pytest.raises(looking.LookTooMuch, match="too large to be shown, or is damaged"):
        looking.describe(output)
    monkeypatch.undo()
    monkeypatch.setattr(looking, "DEADLINE_S", 0.001)
    with pytest.raises(looking.LookTooLong, match="takes too long"):
        looking.describe(output)


def test_a_transformation_says_what_it_has_learned(client: Client, run: Run, tmp_path: Path):
    store.write(TRANSFORM, Transformation("normalize", {"scales": {"price": [1.0, 2.0]}}), tmp_path)
    left(run, "transformation", tmp_path)
    found = client.get(api(run, "transformation")).json()
    assert (found["kind"], found["transformation"]) == ("transformation", "normalize")
    assert found["facts"] == {"scales": {"price": [1.0, 2.0]}}


def test_other_files_are_listed_page_by_page(client: Client, run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(looking, "MOST_LISTED", 2)
    for name in ("cats/1.png", "cats/2.png", "dogs/1.png"):
        store_file(run=run, path=f"outputs/pets/{name}", contents=[b"x"])
    first = client.get(api(run, "pets")).json()
    assert (first["kind"], first["count"], [file["name"] for file in first["files"]]) == (
        "images",
        3,
        ["cats/1.png", "cats/2.png"],
    )
    rest = client.get(api(run, "pets", f"?after={first['next']}")).json()
    assert ([file["name"] for file in rest["files"]], rest["next"]) == (["dogs/1.png"], None)


def test_an_output_with_nothing_in_it_is_not_found(client: Client, run: Run):
    assert client.get(f"/workspaces/churn/designer/outputs/{run.pk}/nothing/").status_code == 404
    assert "written nothing to “nothing”" in client.get(api(run, "nothing")).json()["detail"]


def register(client: Client, run: Run, name: str, dataset: str) -> Any:
    return client.post(f"/workspaces/churn/designer/outputs/{run.pk}/{name}/register/", {"name": dataset})


def test_a_table_becomes_a_dataset_once(client: Client, cars: Run):
    answer = register(client, cars, "cars", "clean-cars")
    version = DatasetVersion.objects.get(dataset__name="clean-cars")
    assert answer.url == version.get_absolute_url()
    assert [column["name"] for column in version.columns] == ["make", "price", "doors"]
    assert list(version.files.values_list("path", flat=True)) == ["data.parquet"]
    assert cars.data.get(asset_id=version.pk).reference == "clean-cars:1"
    register(client, cars, "cars", "clean-cars")
    assert DatasetVersion.objects.filter(dataset__name="clean-cars").count() == 1


def test_a_name_that_cannot_be_one_is_refused_beside_its_field(client: Client, cars: Run):
    answer = register(client, cars, "cars", "no such/name")
    assert answer.status_code == 422
    assert "begin with a letter or digit" in answer.content.decode()
    assert not DatasetVersion.objects.exists()
