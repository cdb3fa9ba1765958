"""The pages of models: what they show, who may do what there, and that they take few queries however much there is."""

import pytest

from apps.registry import services
from apps.registry.hooks import ModelUse, model_uses
from apps.registry.models import ModelAlias, ModelFile, ModelVersion, RegisteredModel
from apps.registry.states import Framework, ModelType, VersionState
from apps.workspaces.roles import Role
from tests.accounts.factories import UserFactory
from tests.experiments.factories import RunFactory
from tests.registry.factories import ModelFactory, add_version, registered, run_with
from tests.workspaces.factories import WorkspaceFactory, member

pytestmark = pytest.mark.django_db

TABS = ("", "versions/", "files/", "lineage/", "consume/", "compare/", "progress/", "version/aliases/")
BASE = "/workspaces/acme/models/"
MANIFEST = {
    "flavors": {"python_function": {"loader_module": "mlflow.sklearn"}, "sklearn": {"sklearn_version": "1.7.2"}},
    "signature": {
        "inputs": [{"name": "age", "type": "long", "required": True}],
        "outputs": [{"name": "", "type": "float64", "shape": [-1, 3], "required": True}],
        "params": [{"name": "threshold", "type": "double", "required": False, "default": 0.5}],
    },
    "input_example": "",
    "requirements": ["scikit-learn==1.7.2", "numpy"],
    "mlflow_version": "3.1.0",
    "python_version": "3.13.2",
}


@pytest.fixture
def workspace():
    return WorkspaceFactory.create(name="acme")


@pytest.fixture
def builder(workspace):
    return member(workspace, Role.DATA_SCIENTIST)


@pytest.fixture
def writer(browser_of, builder):
    """The browser of somebody who may register models."""
    return browser_of(builder)


@pytest.fixture
def reader(browser_of, workspace):
    """The browser of somebody who may only look."""
    return browser_of(member(workspace, Role.READER))


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.status_code
    return str(answer.content.decode())


def test_the_empty_list_says_what_models_are_for_and_offers_first_steps(writer, reader, workspace):
    page = text(writer.get(BASE))
    for part in ("No models yet", "-/register/runs/", "-/register/", "/workspaces/acme/samples/", "/mlflow/acme"):
        assert part in page
    assert "-/register/" not in text(reader.get(BASE))


def test_the_list_shows_filters_and_exports(writer, workspace, builder):
    churn = ModelFactory.create(workspace=workspace, name="churn", tags={"team": "risk"}, created_by=builder)
    ModelAlias.objects.create(model=churn, name="champion", version=churn.latest)
    add_version(churn, framework=Framework.LIGHTGBM, framework_version="4.6", type=ModelType.MLFLOW)
    ModelFactory.create(workspace=workspace, name="fraud")
    RegisteredModel.objects.create(workspace=workspace, name="only-a-name")
    page = text(writer.get(BASE))
    for part in ("LightGBM 4.6", "@champion → 1", "team: risk", "only-a-name"):
        assert part in page
    for query, name in (
        ("framework=LightGBM", "churn"), ("type=mlflow_model", "churn"), ("tag=team", "churn"), ("tag=team=risk", "churn"),
        ("q=fra", "fraud"), (f"created_by={builder.username}", "churn"),
    ):  # fmt: skip
        listed = text(writer.get(f"{BASE}?{query}"))
        assert [one for one in ("churn", "fraud") if f'title="{one}"' in listed] == [name], query
    exported = b"".join(writer.get(f"{BASE}?export=csv"))
    assert b"churn,2,LightGBM 4.6,MLflow,Ready" in exported


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_takes_few_queries_however_much_there_is(
    writer, workspace, builder, tab, django_assert_max_num_queries
):
    model = ModelFactory.create(workspace=workspace, name="churn", description="Who leaves.\nAnd why.")
    for number in range(30):
        run = RunFactory.create(workspace=workspace, completed=True, submitted_by=builder)
        version = add_version(model, run=run, run_name=str(run), created_by=builder, manifest=MANIFEST)
        ModelAlias.objects.create(model=model, name=f"a{number}", version=version)
        assert version.run
        version.run.metrics.create(name="accuracy", last=number / 30)
    ModelFile.objects.bulk_create(
        [ModelFile(version=version, path=f"part-{n}", size=1, sha256="c" * 64) for n in range(300)]
    )
    writer.get(f"{BASE}churn/{tab}")  # notes who was here
    with django_assert_max_num_queries(26):
        assert writer.get(f"{BASE}churn/{tab}").status_code == 200


def test_the_lists_take_few_queries_however_many_rows_there_are(
    writer, workspace, builder, django_assert_max_num_queries
):
    for number in range(40):
        model = ModelFactory.create(workspace=workspace, created_by=builder)
        ModelAlias.objects.create(model=model, name=f"a{number}", version=model.latest)
        run_with(workspace, {"outputs/model.pkl": b"x"})
    for path in ("", "-/register/runs/"):
        writer.get(f"{BASE}{path}")
        with django_assert_max_num_queries(20):
            assert writer.get(f"{BASE}{path}").status_code == 200


def test_details_show_what_the_model_says_of_itself(writer, workspace):
    model = ModelFactory.create(workspace=workspace, name="churn")
    add_version(
        model, type=ModelType.MLFLOW, framework=Framework.SCIKIT_LEARN, framework_version="1.7.2", manifest=MANIFEST,
        properties={"git": "abc"}, environment="sklearn:1",
    )  # fmt: skip
    page = text(writer.get(f"{BASE}churn/"))
    for part in (
        "azureml:churn:2", "scikit-learn 1.7.2", "age", "long", "(*, 3)", "threshold", "(else 0.5)", "scikit-learn==1.7.2",
        "mlflow.sklearn", "3.13.2", "/environments/sklearn/?version=1", "abc", "Compare with the one before",
    ):  # fmt: skip
        assert part in page, part
    assert "azureml:churn:1" in text(writer.get(f"{BASE}churn/?version=1"))
    assert writer.get(f"{BASE}churn/?version=7").status_code == 404
    assert writer.get(f"{BASE}churn/?version=x").status_code == 404
    assert writer.get(f"{BASE}CHURN/").status_code == 200


def test_an_input_example_is_shown_as_a_table(writer, workspace, builder, run_tasks):
    files = {
        "outputs/model/MLmodel": b"flavors: {python_function: {loader_module: x}}\n"
        b"saved_input_example_info: {artifact_path: input_example.json}\n",
        "outputs/model/input_example.json": b'{"columns": ["age", "<b>"], "data": [[41, "x"]]}',
    }
    registered(builder, workspace, run_tasks, files=files)
    page = text(writer.get(f"{BASE}churn/"))
    assert '<td class="num">41</td>' in page
    assert "&lt;b&gt;" in page


def test_what_people_write_is_never_markup(writer, workspace):
    bad = "<script>alert(1)</script>"
    model = ModelFactory.create(workspace=workspace, name="a" * 255, description=bad, tags={"x": bad})
    manifest = {
        **MANIFEST,
        "signature": {"inputs": [{"name": bad, "type": bad, "required": True}]},
        "requirements": [bad],
    }
    add_version(model, description=f"# {bad}", tags={"y": bad}, run_name=bad, source=bad, manifest=manifest)
    for path in ("", *(f"{'a' * 255}/{tab}" for tab in TABS)):
        assert bad not in text(writer.get(f"{BASE}{path}")), path


def test_a_copy_under_way_and_one_that_failed_say_so(writer, workspace):
    model = ModelFactory.create(workspace=workspace, name="churn")
    version = add_version(model, state=VersionState.PENDING, state_reason="3 of 9 files are copied")
    page = text(writer.get(f"{BASE}churn/"))
    assert "3 of 9 files are copied" in page
    assert "/zip/" not in page
    assert "every 2s" in text(writer.get(f"{BASE}churn/progress/"))
    ModelVersion.objects.filter(pk=version.pk).update(state=VersionState.FAILED, state_reason="The disk is full.")
    assert writer.get(f"{BASE}churn/progress/")["HX-Refresh"] == "true"
    for tab in ("", "files/"):
        assert "The disk is full." in text(writer.get(f"{BASE}churn/{tab}"))


def test_description_tags_and_aliases_change_in_their_place(writer, workspace):
    model = ModelFactory.create(workspace=workspace, name="churn")
    version = model.latest
    add_version(model)
    at = "?version=1"
    assert "<em>good</em>" in text(writer.post(f"{BASE}churn/version/description/{at}", {"description": "*good*"}))
    assert "team: risk" in text(writer.post(f"{BASE}churn/version/tags/{at}", {"add": "team=risk"}))
    assert "team: risk" not in text(writer.post(f"{BASE}churn/version/tags/{at}", {"remove": "team"}))
    assert "@champion" in text(writer.post(f"{BASE}churn/version/aliases/{at}", {"add": "champion"}))
    assert "@champion" in text(writer.post(f"{BASE}churn/version/aliases/?version=2", {"add": "champion"}))
    assert "tag-list" not in text(writer.get(f"{BASE}churn/version/aliases/{at}"))
    assert "Begin with a letter" in text(writer.post(f"{BASE}churn/version/aliases/{at}", {"add": "latest"}), 422)
    assert 'value="a b"' in text(writer.post(f"{BASE}churn/version/aliases/{at}", {"add": "a b"}), 422)
    text(writer.post(f"{BASE}churn/version/aliases/{at}", {"remove": "champion"}))
    assert not ModelAlias.objects.exists()
    version.refresh_from_db()
    assert (version.description, version.tags) == ("*good*", {})


def test_two_versions_are_compared(writer, workspace):
    model = ModelFactory.create(workspace=workspace, name="churn")
    numbers = (0.91, 0.89)
    for number in numbers:
        run = RunFactory.create(workspace=workspace, completed=True)
        run.metrics.create(name="accuracy", last=number)
        run.parameters.create(name="depth", value="7")
        add_version(model, run=run, run_name=str(run))
    chosen = model.versions.filter(number__gt=1)
    answer = writer.post(f"{BASE}churn/compare/", {"ids": ",".join(str(version.pk) for version in chosen)})
    assert answer.url == f"{BASE}churn/compare/?a=2&b=3"
    page = text(writer.get(answer.url))
    for part in ("accuracy", "0.91", "0.89", "-0.02"):
        assert part in page, part
    assert "depth" not in page
    assert "depth" in text(writer.get(f"{answer.url}&show=all"))
    one = writer.post(f"{BASE}churn/compare/", {"ids": str(chosen[0].pk)}, follow=True)
    assert "Choose two versions" in text(one)


def test_lineage_names_run_data_and_uses(writer, workspace, builder):
    run = RunFactory.create(workspace=workspace, completed=True, display_name="calm fox", submitted_by=builder)
    run.metrics.create(name="f1", last=0.5)
    model = ModelFactory.create(workspace=workspace, name="churn")
    version = add_version(model, run=run, run_name="calm fox")
    reader = RunFactory.create(workspace=workspace, display_name="bold falcon")
    reader.data.create(direction="input", name="model", kind="model", asset_id=version.pk, reference="churn:2")
    use = ModelUse(version.pk, "deployment", "blue", "/blue/", blocks=True)
    model_uses.add(hook := lambda ids, limit: [use] if version.pk in ids else [])
    try:
        page = text(writer.get(f"{BASE}churn/lineage/"))
        refused = text(writer.get(f"{BASE}churn/version/delete/"))
        bulk = text(writer.post(f"{BASE}-/delete/", {"ids": str(model.pk)}, follow=True))
    finally:
        model_uses.remove(hook)
    for part in ("calm fox", "f1", "0.5", "Deployment", "/blue/", "bold falcon"):
        assert part in page, part
    assert "cannot be deleted before that ends" in refused
    assert "Delete for good" not in refused
    assert "deployment blue" in bulk
    assert RegisteredModel.objects.exists()
    run.deleted_at = run.created_at
    run.save()
    assert "This run was deleted" in text(writer.get(f"{BASE}churn/lineage/"))


def test_snippets_name_the_version(writer, workspace):
    model = ModelFactory.create(workspace=workspace, name="my churn")
    add_version(model, type=ModelType.MLFLOW, environment="sklearn:4")
    page = text(writer.get(f"{BASE}my%20churn/consume/"))
    for part in (
        "models:/my churn/2",
        "&#x27;my churn:2&#x27;",
        "azureml:my churn:2",
        "type: mlflow_model",
        "azureml:sklearn:4",
    ):
        assert part in page, part


def test_a_model_is_registered_from_a_run(writer, workspace, run_tasks):
    run = run_with(
        workspace, {"outputs/model/MLmodel": b"flavors: {}\n", "outputs/notes.txt": b"x", "logs/a.txt": b"y"}
    )
    address = f"{BASE}-/register/runs/{run.pk}/"
    assert f'href="{address}"' in text(writer.get(f"{BASE}-/register/runs/"))
    page = text(writer.get(address))
    assert '<option value="outputs/model" selected>' in page
    assert "MLflow model" in page
    assert "cannot be told" in text(writer.get(f"{address}guess/?path=outputs/notes.txt"))
    assert '<option value="logs/a.txt" selected>' in text(writer.get(f"{address}?path=logs/a.txt"))
    said = {
        "name": "_bad",
        "path": "outputs/model",
        "description": "Kept <b>",
        "tags": "team=a",
        "type": "triton_model",
    }
    again = text(writer.post(address, said), 422)
    for part in (
        "begin with a letter or digit",
        "Kept &lt;b&gt;",
        "team=a",
        'value="triton_model" selected',
        'value="_bad"',
    ):
        assert part in again, part
    answer = writer.post(address, {**said, "name": "churn", "type": ""})
    assert answer.url == f"{BASE}churn/?version=1"
    run_tasks()
    version = ModelVersion.objects.get()
    assert (version.type, version.state, version.run) == (ModelType.MLFLOW, VersionState.READY, run)
    run_page = text(writer.get(f"/workspaces/acme/runs/{run.pk}/"))
    assert f"{BASE}churn/?version=1" in run_page
    assert f'href="{address}"' in run_page
    assert "Register model" in text(writer.get(f"/workspaces/acme/runs/{run.pk}/logs/"))


def test_the_next_version_of_a_model_keeps_its_name_on_the_way(writer, workspace):
    ModelFactory.create(workspace=workspace, name="my churn")
    run = run_with(workspace)
    assert f"{run.pk}/?model=my+churn" in text(writer.get(f"{BASE}-/register/runs/?model=my+churn"))
    assert 'value="my churn"' in text(writer.get(f"{BASE}-/register/runs/{run.pk}/?model=my+churn"))


def test_an_upload_becomes_a_model(writer, workspace, builder):
    from tests.data.factories import uploaded

    upload = uploaded(builder, workspace, **{"forest/model.joblib": b"x", "forest/notes.md": b"y"})
    assert f"uploads/{upload.pk}/" in text(writer.get(f"{BASE}-/register/"))
    answer = writer.post(f"{BASE}-/register/", {"upload": upload.pk, "model": ""})
    page = text(writer.get(answer.url))
    assert 'value="forest"' in page
    assert "scikit-learn" in page
    again = writer.post(answer.url, {"name": "forest", "type": "mlflow_model", "description": "kept"})
    assert "kept" in text(again, 422)
    assert writer.post(answer.url, {"name": "forest"}).url == f"{BASE}forest/?version=1"
    version = ModelVersion.objects.get()
    assert [file.path for file in version.files.order_by("path")] == ["model.joblib", "notes.md"]
    assert writer.get(answer.url).status_code == 404
    gone = writer.post(f"{BASE}-/register/", {"upload": upload.pk}, follow=True)
    assert "Choose the files again" in text(gone)


def test_a_model_is_edited_archived_and_deleted(writer, workspace):
    model = ModelFactory.create(workspace=workspace, name="churn")
    ModelFactory.create(workspace=workspace, name="taken")
    said = {"name": "taken", "description": "Why", "tags": "a=b"}
    refused = text(writer.post(f"{BASE}churn/edit/", said), 422)
    assert "already" in refused
    assert "a=b" in refused
    assert writer.post(f"{BASE}churn/edit/", {**said, "name": "leaving"}).url == f"{BASE}leaving/"
    writer.post(f"{BASE}leaving/archive/")
    assert 'title="leaving"' not in text(writer.get(BASE))
    assert 'title="leaving"' in text(writer.get(f"{BASE}?archived=only"))
    writer.post(f"{BASE}leaving/restore/")
    writer.post(f"{BASE}leaving/version/archive/?version=1")
    assert ModelVersion.objects.get(model=model).archived_at
    writer.post(f"{BASE}leaving/version/restore/?version=1")
    assert "Write “leaving”" in text(writer.post(f"{BASE}leaving/delete/", {"confirm": "else"}), 422)
    assert writer.post(f"{BASE}leaving/delete/", {"confirm": "leaving"}).url == BASE
    assert not RegisteredModel.objects.filter(pk=model.pk).exists()


def test_several_are_changed_at_once(writer, workspace):
    models = [ModelFactory.create(workspace=workspace) for _number in range(3)]
    ids = {"ids": ",".join(str(model.pk) for model in models[:2])}
    assert "2 models were archived" in text(writer.post(f"{BASE}-/archive/", ids, follow=True))
    writer.post(f"{BASE}-/restore/?archived=only", ids)
    assert not RegisteredModel.objects.exclude(archived_at=None).exists()
    writer.post(f"{BASE}-/delete/", ids)
    assert list(RegisteredModel.objects.all()) == [models[2]]
    version = add_version(models[2])
    writer.post(f"{BASE}{models[2].name}/versions/delete/", {"ids": str(version.pk)})
    assert [row.number for row in models[2].versions.all()] == [1]


def test_a_name_without_a_version_has_a_page(writer, reader, workspace, builder):
    services.ensure_model(builder, workspace, "empty", description="Soon.")
    page = text(writer.get(f"{BASE}empty/"))
    assert "no version yet" in page
    assert "Soon." in page
    assert "Register the first version" not in text(reader.get(f"{BASE}empty/"))
    assert writer.get(f"{BASE}empty/versions/").status_code == 404
    assert writer.post(f"{BASE}empty/delete/").url == BASE


def test_who_only_reads_sees_no_actions_and_strangers_nothing(reader, browser_of, workspace):
    model = ModelFactory.create(workspace=workspace, name="churn")
    run = run_with(workspace)
    for tab in TABS:
        page = text(reader.get(f"{BASE}churn/{tab}"))
        for part in ("churn/edit/", "churn/delete/", "version/archive/", "version/tags/", 'name="add"', "-/register/"):
            assert part not in page, (tab, part)
    assert reader.get(f"{BASE}churn/edit/").status_code == 403
    assert reader.post(f"{BASE}churn/version/aliases/", {"add": "x"}).status_code == 403
    assert reader.get(f"{BASE}-/register/runs/{run.pk}/").status_code == 403
    assert "Register model" not in text(reader.get(f"/workspaces/acme/runs/{run.pk}/logs/"))
    stranger = browser_of(UserFactory.create())
    for path in ("", "churn/", "churn/files/", f"-/register/runs/{run.pk}/"):
        assert stranger.get(f"{BASE}{path}").status_code == 404
    elsewhere = WorkspaceFactory.create(name="other")
    assert browser_of(member(elsewhere)).get(f"/workspaces/other/models/{model.name}/").status_code == 404


def test_models_are_found_from_anywhere(writer, workspace):
    ModelFactory.create(workspace=workspace, name="churn")
    assert f"{BASE}churn/" in text(writer.get("/search/?q=chu&workspace=acme", headers={"accept": "application/json"}))
