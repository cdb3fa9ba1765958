"""Which steps are not run again, and what is said about those that are."""

from dataclasses import replace
from uuid import UUID

import pytest

from apps.experiments import hooks
from apps.experiments.hooks import ResolvedEnvironment
from apps.experiments.models import Run, RunFile
from apps.experiments.services import delete_file, delete_run
from apps.pipelines import services
from apps.pipelines.graph.types import Binding, FromData, InputPort, Node, Settings, Value
from apps.pipelines.models import StepResult
from tests.pipelines.working import chain, code_of, component, fan, nested, now_of, run_of, states, steps

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def plan(works, graph, **fields):
    """Return what would become of each step: ``{key: (will, why, differences)}``."""
    found = services.plan_pipeline(actor=works.actor, workspace=works.workspace, graph=graph, **fields)
    return {step.node: (step.will, step.why, step.differences) for step in found}


def with_depth(depth, *keys):
    return chain(*keys, nodes={keys[0]: {"inputs": {"depth": Value(depth)}}})


def test_what_has_not_changed_is_not_run_again(works):
    first = works.do_all(works.submit(chain("clean", "train")))
    earlier = run_of(first, "train")
    planned = plan(works, chain("clean", "train"))
    assert {key: will for key, (will, _why, _differences) in planned.items()} == {"clean": "reuse", "train": "reuse"}
    assert planned["train"][1] == f"nothing that it depends on has changed since the run {earlier.name} of today"

    again = works.submit(chain("clean", "train"))
    assert (again.status, again.status_reason) == ("Completed", "2 steps done, 2 of them reused")
    assert states(again) == {"clean": "Reused", "train": "Reused"}
    assert run_of(again, "train") == earlier
    assert steps(again)["train"].reason.startswith(f"reused the run {earlier.name} of ")
    assert not Run.objects.filter(parent=again).exists()
    lent = RunFile.objects.get(run=again)
    assert (lent.path, lent.origin_id) == ("outputs/result/data.txt", earlier.pk)


def test_a_changed_parameter_runs_its_step_and_says_so(works):
    works.do_all(works.submit(with_depth(3, "clean", "train")))
    will, why, differences = plan(works, with_depth(5, "clean", "train"))["clean"]
    assert will == "run"
    assert why.startswith("it differs from the run ")
    assert differences == ("parameter depth changed from 3 to 5",)
    planned = plan(works, with_depth(5, "clean", "train"))
    assert planned["train"][:2] == ("unknown", "depends on what clean gives")

    again = works.submit(with_depth(5, "clean", "train"))
    assert states(again) == {"clean": "Running", "train": "Waiting"}
    assert steps(again)["clean"].reuse["differences"] == ["parameter depth changed from 3 to 5"]


def test_what_gives_the_same_as_before_lets_the_rest_be_reused(works):
    works.do_all(works.submit(with_depth(3, "clean", "train")), contents={"clean": "same"})
    again = works.submit(with_depth(5, "clean", "train"))
    works.do(steps(again)["clean"], content="same")
    assert states(again) == {"clean": "Completed", "train": "Reused"}
    assert now_of(again).status == "Completed"


def test_what_gives_something_else_has_the_rest_run(works):
    works.do_all(works.submit(with_depth(3, "clean", "train")), contents={"clean": "old"})
    again = works.submit(with_depth(5, "clean", "train"))
    works.do(steps(again)["clean"], content="new")
    train = steps(again)["train"]
    assert train.state == "Running"
    (difference,) = train.reuse["differences"]
    assert difference.startswith("input data: what clean gave (")


def test_a_changed_file_of_the_code_is_named(works, workspace):
    before = code_of(workspace, clean="print(1)", helpers="x = 1")
    after = code_of(workspace, clean="print(1)", helpers="x = 2")
    works.do_all(works.submit(chain("clean", snapshot=str(before.pk))))
    assert plan(works, chain("clean", snapshot=str(before.pk)))["clean"][0] == "reuse"
    assert plan(works, chain("clean", snapshot=str(after.pk)))["clean"][2] == ("file helpers.py changed",)


def test_changed_data_is_called_by_its_name(works):
    source = works.do_all(works.submit(chain("one")))
    other = works.do_all(works.submit(with_depth(9, "one")), contents={"one": "else"})

    def reading(run):
        graph = chain("look")
        inputs: dict[str, Binding] = {"data": FromData(f"runs:/{run.name}/outputs/result")}
        return replace(
            graph, nodes={"look": Node("look", inputs=inputs)}, components={"look": component("look", reads=("data",))}
        )

    works.do_all(works.submit(reading(source)))
    names = f"runs:/{source.name}/outputs/result", f"runs:/{other.name}/outputs/result"
    assert plan(works, reading(other))["look"][2] == (f"input data: {names[0]} became {names[1]}",)


class Packages:
    """An environment ``trees`` whose packages change with its builds."""

    id = UUID(int=7)

    def __init__(self) -> None:
        self.version = ""

    def state(self, *_asked) -> ResolvedEnvironment:
        spec = {"name": "trees:1", "digest": self.version, "python": "3.12", "lock": f"numpy==2.0 \\\n    --hash=x\nscikit-learn=={self.version}"}  # fmt: skip # noqa: E501
        return ResolvedEnvironment(self.id, "trees:1", is_ready=bool(self.version), reason="building", spec=spec)


@pytest.fixture
def packages(monkeypatch):
    stand_in = Packages()
    monkeypatch.setattr(hooks.resolve_environment, "_functions", [stand_in.state])
    monkeypatch.setattr(hooks.environment_state, "_functions", [stand_in.state])
    return stand_in


def test_a_changed_package_is_named_with_its_versions(works, packages):
    packages.version = "1.7.0"
    works.do_all(works.submit(chain("clean", environment="trees")))
    assert plan(works, chain("clean", environment="trees"))["clean"][0] == "reuse"
    packages.version = "1.7.2"
    planned = plan(works, chain("clean", environment="trees"))["clean"]
    assert planned[2] == ("package scikit-learn 1.7.0 became 1.7.2",)


def test_an_environment_that_is_being_built_is_known_when_its_step_has_run(works, packages):
    run = works.submit(chain("clean", environment="trees"))
    assert steps(run)["clean"].reuse["why"] == "its environment trees:1 is still being built"
    packages.version = "1.7.0"
    from apps.experiments.services import environment_became_ready

    environment_became_ready(packages.id)
    works.do_all(run)
    again = works.submit(chain("clean", environment="trees"))
    assert states(again) == {"clean": "Reused"}


def test_forced_for_a_step_or_for_all(works):
    works.do_all(works.submit(chain("clean", "train")))
    forced = chain("clean", "train", nodes={"train": {"force_rerun": True}})
    assert plan(works, forced)["train"][:2] == ("run", "it was asked to run in any case")
    assert states(works.submit(forced)) == {"clean": "Reused", "train": "Running"}
    all_of_it = works.submit(chain("clean", "train"), settings=Settings(force_rerun=True))
    assert states(all_of_it) == {"clean": "Running", "train": "Waiting"}


def test_what_gives_something_else_each_time_is_never_reused(works):
    works.do_all(works.submit(chain("clean", is_deterministic=False)))
    assert not StepResult.objects.exists()
    again = works.submit(chain("clean", is_deterministic=False))
    assert steps(again)["clean"].reuse["why"] == "its component says that it gives something else each time"


@pytest.mark.parametrize("loss", ["run", "file"])
def test_what_is_no_longer_there_is_not_reused(works, ada, loss):
    first = works.do_all(works.submit(chain("clean")))
    run = run_of(first, "clean")
    if loss == "run":
        delete_run(actor=ada, run=now_of(first))
    else:
        delete_file(run=run, path="outputs/out/data.txt")
    again = works.submit(chain("clean"))
    assert states(again) == {"clean": "Running"}


def test_steps_of_failed_runs_are_reused_too(works):
    first = works.submit(chain("clean", "train"))
    works.do(steps(first)["clean"])
    works.do(steps(first)["train"], "failed", exit_code=1)
    again = works.submit(chain("clean", "train"))
    assert states(again) == {"clean": "Reused", "train": "Running"}


def test_other_workspaces_reuse_nothing_of_this_one(works):
    from apps.workspaces.roles import Role
    from tests.workspaces.factories import MembershipFactory, WorkspaceFactory

    works.do_all(works.submit(chain("clean")))
    works.workspace = WorkspaceFactory.create(name="other")
    MembershipFactory.create(workspace=works.workspace, user=works.actor, role=Role.DATA_SCIENTIST)
    assert states(works.submit(chain("clean"))) == {"clean": "Running"}


def test_pipelines_within_are_reused_step_by_step(works):
    graph = nested(chain("one", "two"))
    works.do_all(works.submit(graph))
    planned = plan(works, graph)
    assert {key: will for key, (will, *_rest) in planned.items()} == {
        "first": "reuse",
        "middle": "reuse",
        "last": "reuse",
    }
    again = works.submit(graph)
    assert again.status == "Completed"
    assert states(again) == {"first": "Reused", "middle": "Completed", "last": "Reused"}
    assert set(states(run_of(again, "middle")).values()) == {"Reused"}
    inner = chain("one", "two", nodes={"two": {"inputs": {"depth": Value(8)}}})
    changed = plan(works, nested(inner))
    assert changed["middle"][0] == "run"
    assert changed["middle"][2] == ("parameter depth changed from 3 to 8",)
    assert changed["last"][0] == "unknown"


def test_a_whole_graph_is_reused_by_few_queries(works, django_assert_max_num_queries):
    works.do_all(works.submit(fan(10)))
    again = services.submit_pipeline(actor=works.actor, workspace=works.workspace, graph=fan(10))
    with django_assert_max_num_queries(80):
        services.advance(again.pk)
    assert now_of(again).status == "Completed"


def test_each_level_of_a_reused_graph_takes_a_few_queries(works, django_assert_max_num_queries):
    graph = chain(*(f"n{number}" for number in range(8)))
    works.do_all(works.submit(graph))
    again = services.submit_pipeline(actor=works.actor, workspace=works.workspace, graph=graph)
    with django_assert_max_num_queries(8 * 7 + 30):
        services.advance(again.pk)
    assert now_of(again).status == "Completed"


def test_the_unknown_of_an_input_is_said(works, monkeypatch):
    """An input without a fingerprint, such as an address of the web, keeps a step from being reused."""
    graph = chain("look")
    graph = replace(
        graph,
        nodes={"look": Node("look", inputs={"page": FromData("https://example.com/a.csv", "uri_file")})},
        components={
            "look": replace(
                component("look"),
                inputs={"page": InputPort("uri_file")},
                command="cat ${{inputs.page}} > ${{outputs.out}}",
            )
        },
    )
    works.do_all(works.submit(graph))
    _will, why, _differences = plan(works, graph)["look"]
    assert why == "nobody can tell whether its input “page” (https://example.com/a.csv) has changed"
