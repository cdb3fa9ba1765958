"""The forms that deploy: what they guess of a model, what they refuse before anything starts, and what they set."""

import io
import zipfile

import pytest

from apps.endpoints import services
from apps.endpoints.models import Deployment, Endpoint, Revision
from apps.endpoints.scripts import first_fault, first_script
from apps.registry.models import ModelVersion
from apps.registry.states import Framework
from tests.endpoints.factories import end, make_ready, open_replicas
from tests.endpoints.test_pages import SETTINGS, at
from tests.registry.factories import run_with

pytestmark = pytest.mark.django_db

SCRIPT = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"
WHERE = {**SETTINGS, "endpoint": "churn", "deployment": "blue", "auth_mode": "key", "all_traffic": "on"}


def candidate() -> Revision:
    """Return what the one deployment rolls out."""
    found = Deployment.objects.get().candidate
    assert found
    return found


def files_of(revision: Revision) -> list[str]:
    assert revision.snapshot
    return [file["path"] for file in revision.snapshot.files]


@pytest.fixture
def site(setting, browser_of):
    return browser_of(setting.actor)


@pytest.fixture
def custom(setting):
    return setting.add_model(type="custom_model", framework=Framework.SCIKIT_LEARN)


def zip_of(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.py"), text)
    packed.seek(0)
    packed.name = "code.zip"
    return packed


def test_a_script_is_guessed_from_the_framework_and_can_be_deployed_as_it_is(setting, site, custom):
    form = site.get(at(setting, "deploy", model=custom.reference)).context["form"]
    script = form["script"].value()
    assert "joblib.load" in script
    assert "model.pkl" in script
    said = {**WHERE, "code_from": "script", "entry_script": "score.py", "script": script}
    assert site.post(at(setting, "deploy", model=custom.reference), said).status_code == 302
    assert candidate().entry_script == "score.py"
    assert files_of(candidate()) == ["score.py"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("def init(:\n    pass\n", "score.py, line 1: def init(:: SyntaxError"),
        ("def init():\n    pass\n", "score.py has no function run()."),
        ("", "Write the script"),
    ],
)
def test_a_script_that_cannot_serve_is_refused_with_its_line_before_anything_starts(
    setting, site, custom, script, words
):
    said = {**WHERE, "code_from": "script", "entry_script": "score.py", "script": script}
    refused = site.post(at(setting, "deploy", model=custom.reference), said)
    assert refused.status_code == 422
    assert words in str(refused.context["form"].errors["script"][0])
    assert not Endpoint.objects.exists()


def test_a_folder_is_uploaded_once_and_its_entry_script_looked_at(setting, site, custom):
    said = {
        **WHERE,
        "code_from": "upload",
        "entry_script": "score.py",
        "upload": zip_of(score="x = 1\n", more="y = 1\n"),
    }
    refused = site.post(at(setting, "deploy", model=custom.reference), said)
    assert "score.py has no function init()." in str(refused.context["form"].errors["entry_script"])
    kept = refused.context["form"]["kept"].value()
    assert kept
    said = {**WHERE, "code_from": "kept", "kept": kept, "entry_script": "elsewhere.py"}
    refused = site.post(at(setting, "deploy", model=custom.reference), said)
    assert "elsewhere.py" in str(refused.context["form"].errors["entry_script"])
    said = {**WHERE, "code_from": "upload", "entry_script": "more.py", "upload": zip_of(score="", more=SCRIPT)}
    assert site.post(at(setting, "deploy", model=custom.reference), said).status_code == 302
    assert files_of(candidate()) == ["more.py", "score.py"]


def test_scaling_collecting_and_the_request_to_check_with_are_set(setting, site):
    said = {
        **WHERE, "code_from": "none", "sample": '{"data": [[1]]}', "scale": "load", "min_instances": "0", "max_instances": "3",
        "target_utilization": "50", "cool_down_s": "30", "wake_wait_ms": "9000", "collect_inputs": "on",
        "sampling_percent": "25", "rolling_rate": "day", "variables": "LEVEL=3",
    }  # fmt: skip
    assert site.post(at(setting, "deploy", model=setting.model.reference), said).status_code == 302
    deployment = Deployment.objects.get()
    assert deployment.scaling == {
        "min_instances": 0, "max_instances": 3, "target_utilization": 50, "cool_down_s": 30, "wake_wait_ms": 9000,
    }  # fmt: skip
    assert deployment.collection == {"inputs": True, "outputs": False, "sampling_rate": 0.25, "rolling_rate": "day"}
    assert candidate().sample == {"data": [[1]]}
    assert candidate().variables["LEVEL"] == "3"
    shown = site.get(at(setting, "update", "churn", "blue")).context["form"]
    assert (shown["scale"].value(), shown["sampling_percent"].value(), shown["max_instances"].value()) == (
        "load",
        25,
        3,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sample", "{"),
        ("sampling_percent", "0"),
        ("max_instances", "99"),
        ("variables", "novalue"),
        ("timeout_ms", "0"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(setting, site, field, value):
    said = {**WHERE, "code_from": "none", "collect_inputs": "on", "scale": "load", field: value}
    refused = site.post(at(setting, "deploy", model=setting.model.reference), said)
    assert refused.status_code == 422
    assert field in refused.context["form"].errors


def test_what_a_run_left_is_registered_and_deployed_by_one_form(setting, site):
    run = run_with(setting.workspace, display_name="trees")
    page = site.get(run.get_absolute_url()).content.decode()
    assert at(setting, "deploy-run", run.pk) in page
    shown = site.get(at(setting, "deploy-run", run.pk)).context["form"]
    assert shown["path"].value() == "outputs/model"
    assert "joblib.load" in shown["script"].value()
    said = {
        **WHERE, "path": "outputs/model", "model_name": "trees", "code_from": "script", "script": SCRIPT,
        "entry_script": "score.py", "environment": setting.environment.latest.reference,
    }  # fmt: skip
    refused = site.post(at(setting, "deploy-run", run.pk), {**said, "deployment": "B"})
    assert refused.status_code == 422
    assert not ModelVersion.objects.filter(model__name="trees").exists(), "What is not deployed is not registered."
    answer = site.post(at(setting, "deploy-run", run.pk), said)
    assert answer.headers["location"] == Endpoint.objects.get().get_absolute_url()
    assert candidate().model_name == "trees:1"
    assert ModelVersion.objects.get(model__name="trees").run == run


def test_a_deployment_that_failed_is_mended_from_its_page(setting, site, custom):
    said = {**WHERE, "code_from": "script", "entry_script": "score.py", "script": SCRIPT}
    said["environment"] = setting.environment.latest.reference
    site.post(at(setting, "deploy", model=custom.reference), said)
    deployment = Deployment.objects.get()
    services.reconcile(deployment.pk)
    end(open_replicas(deployment)[0], reason="score.py, line 6: return data: KeyError: 'x'", error_code="UserError")
    services.reconcile(deployment.pk)
    page = site.get(at(setting, "endpoint", "churn")).content.decode()
    assert "score.py, line 6: return data: KeyError" in page
    assert "Change and try again" in page
    form = site.get(at(setting, "update", "churn", "blue") + "?from=1")
    assert form.context["form"]["script"].value() == SCRIPT
    assert "line 6" in form.content.decode()


def test_revisions_show_what_changed_and_lead_back(setting, site):
    deployment = setting.deployment(variables={"A": "1"})
    make_ready(deployment)
    said = {**SETTINGS, "code_from": "none", "timeout_ms": "900", "variables": "A=1\nB=2"}
    assert site.post(at(setting, "update", "iris", "blue"), said).status_code == 302
    make_ready(deployment)
    newest, oldest = site.get(at(setting, "revisions", "iris", "blue")).context["cards"]
    assert [(one.name, one.before, one.after) for one in newest["differences"]] == [
        ("Longest answer, in ms", "5000", "900"),
        ("Variable B", "", "2"),
    ]
    assert (newest["is_current"], oldest["is_current"]) == (True, False)
    site.post(at(setting, "roll-back", "iris", "blue"), {"number": "1"})
    deployment.refresh_from_db()
    assert (deployment.candidate.number, deployment.candidate.request_settings["timeout_ms"]) == (3, 5000)
    page = site.post(at(setting, "roll-back", "iris", "blue"), {"number": "77"}, follow=True)
    assert "There is no such revision." in page.content.decode()


def test_the_code_of_two_revisions_is_compared_line_by_line(setting, site, custom):
    said = {**WHERE, "code_from": "script", "entry_script": "score.py", "script": SCRIPT}
    said["environment"] = setting.environment.latest.reference
    site.post(at(setting, "deploy", model=custom.reference), said)
    make_ready(Deployment.objects.get())
    site.post(at(setting, "update", "churn", "blue"), {**said, "script": SCRIPT.replace("return data", "return 1")})
    (newest, _oldest) = site.get(at(setting, "revisions", "churn", "blue")).context["cards"]
    marks = [(line.mark, line.text.strip()) for line in newest["code"] if line.mark in {"added", "removed"}]
    assert marks == [("removed", "-    return data"), ("added", "+    return 1")]


def test_collecting_is_switched_from_the_page(setting, site):
    setting.deployment()
    site.post(at(setting, "collection", "iris", "blue"), {"on": "1"})
    assert Deployment.objects.get().collection["outputs"]
    assert "requests and answers" in site.get(at(setting, "endpoint", "iris")).content.decode()
    site.post(at(setting, "collection", "iris", "blue"), {"on": "0"})
    assert Deployment.objects.get().collection == {}


@pytest.mark.parametrize("framework", ["", *Framework.values])
def test_every_guessed_script_can_be_read(framework):
    assert first_fault(first_script(framework, ["model/model.bin", "README.md"]), "score.py") == ""


@pytest.mark.parametrize(
    "script",
    [
        "from mine import init, run\n",
        "from mine import *\n",
        "import mine\ninit, run = mine.init, mine.run\n",
        "try:\n    from fast import init, run\nexcept ImportError:\n    from slow import init, run\n",
        "async def init(): ...\nclass run: ...\n",
    ],
)
def test_a_script_that_may_serve_is_let_through(script):
    assert first_fault(script, "score.py") == ""


def test_a_limit_of_cores_is_set_in_the_form_and_shown_when_it_is_changed(setting, site):
    address = at(setting, "deploy", model=setting.model.reference)
    refused = site.post(address, {**WHERE, "code_from": "none", "cpus": "0.05"})
    assert refused.status_code == 422
    assert refused.context["form"].errors["cpus"]
    assert site.post(address, {**WHERE, "code_from": "none", "cpus": "0.5"}).status_code == 302
    form = site.get(at(setting, "update", "churn", "blue")).context["form"]
    assert form["cpus"].value() == "0.5"
