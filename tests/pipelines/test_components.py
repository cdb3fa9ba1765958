"""Components: registered, versioned, described, put away, and what may use them."""

import pytest

from apps.core.errors import InvalidInput, NotAllowed
from apps.experiments.models import Snapshot
from apps.experiments.services.freeing import free_snapshots
from apps.pipelines.errors import ComponentArchived, ComponentUnknown, ComponentVersionTaken, ComponentVersionUnknown
from apps.pipelines.graph.types import Component as GraphComponent
from apps.pipelines.graph.types import FromData, Graph, Node
from apps.pipelines.models import Component, ComponentVersion
from apps.pipelines.services import submit_pipeline
from apps.pipelines.services.comparing import changed_files, compare
from apps.pipelines.services.component_files import check_file, register_file
from apps.pipelines.services.components import (
    archive_component,
    archive_version,
    component_of,
    edit_version,
    find_version,
)
from apps.pipelines.services.exporting import yaml_of
from apps.pipelines.services.graphs import keep_graph
from apps.pipelines.services.references import resolve_reference
from apps.workspaces.roles import Role
from tests.environments.factories import BuildFactory, EnvironmentFactory
from tests.pipelines.factories import TRAIN, code, registered
from tests.workspaces.factories import member

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def test_versions_count_on_and_the_same_again_is_the_same_version(ada, workspace):
    first = registered(ada, workspace)
    assert (first.reference, first.display_name, first.tags) == ("train:1", "Train a forest", {"team": "fraud"})
    again = registered(ada, workspace)
    assert again.pk == first.pk
    second = registered(ada, workspace, script="print(2)\n")
    assert second.reference == "train:2"
    assert find_version(second.component, "latest").pk == second.pk
    back = registered(ada, workspace)  # as the first, which is no longer the latest
    assert back.reference == "train:3"


def test_describing_it_differently_makes_no_new_version(ada, workspace):
    first = registered(ada, workspace)
    again = registered(ada, workspace, TRAIN.replace("Fits **trees**.", "Fits many trees.").replace("fraud", "risk"))
    assert again.pk == first.pk
    assert (again.description, again.tags) == ("Fits many trees.", {"team": "risk"})


def test_versions_have_the_names_that_files_and_callers_give(ada, workspace):
    text = TRAIN.replace("name: train", "name: train\nversion: 0.0.2", 1)
    assert registered(ada, workspace, text).reference == "train:0.0.2"
    assert registered(ada, workspace, text, script="print(3)\n", version="1.0").reference == "train:1.0"
    assert registered(ada, workspace, text).reference == "train:0.0.2"
    with pytest.raises(ComponentVersionTaken) as caught:
        registered(ada, workspace, text, script="print(4)\n")
    assert "train:0.0.2" in str(caught.value)
    assert registered(ada, workspace, TRAIN, script="print(5)\n").reference == "train:3"
    for bad in ("latest", "a b", "x" * 31):
        with pytest.raises(InvalidInput) as refused:
            registered(ada, workspace, TRAIN, script="print(6)\n", version=bad)
        assert "version" in refused.value.errors


def test_names_count_in_any_case_and_bad_ones_are_refused(ada, workspace):
    registered(ada, workspace)
    assert (
        registered(ada, workspace, TRAIN.replace("name: train", "name: Train"), script="print(2)\n").reference
        == "train:2"
    )
    with pytest.raises(InvalidInput) as caught:
        registered(ada, workspace, TRAIN.replace("name: train", "name: -no-"))
    assert "name" in caught.value.errors


def test_a_file_with_faults_names_each_with_its_line(ada, workspace):
    text = TRAIN.replace("default: 3,", "default: many,").replace("type: command", "type: comand")
    with pytest.raises(InvalidInput) as caught:
        register_file(actor=ada, workspace=workspace, text=text, snapshot=code(workspace, train=""))
    said = " ".join(sentence for sentences in caught.value.errors.values() for sentence in sentences)
    assert "“comand” is no type of step" in said
    assert "Line 5" in said
    assert not Component.objects.exists()


def test_what_must_come_with_a_file_is_told(workspace):
    needs = check_file(workspace, TRAIN)
    assert (needs.name, [need.code for need in needs.codes]) == ("train", ["src"])


def test_the_environment_is_fixed_when_it_is_registered(ada, workspace):
    EnvironmentFactory.create(workspace=workspace, name="forest", build=BuildFactory.create(ready=True))
    version = registered(ada, workspace, TRAIN + "environment: azureml:forest@latest\n")
    assert component_of(version).environment == "forest:1"
    assert "forest@latest" in yaml_of(version)  # the file stays what it was
    with pytest.raises(Exception, match="no environment"):
        registered(ada, workspace, TRAIN + "environment: azureml:nothing:1\n")


@pytest.mark.parametrize(
    "reference",
    [
        "train:1",
        "azureml:train:1",
        "train@latest",
        "azureml:train",
        "azureml://registries/x/components/train/versions/1",
    ],
)
def test_references_name_versions(ada, workspace, reference):
    version = registered(ada, workspace)
    assert resolve_reference(workspace, reference).pk == version.pk


def test_references_that_mean_nothing_say_what_there_is(ada, workspace):
    registered(ada, workspace)
    with pytest.raises(ComponentUnknown, match="There are: train"):
        resolve_reference(workspace, "tran:1")
    with pytest.raises(ComponentVersionUnknown, match="It has: 1"):
        resolve_reference(workspace, "train:7")
    with pytest.raises(ComponentUnknown, match="nor any other"):
        resolve_reference(workspace.__class__(pk=ada.pk, name="elsewhere"), "train:1")


def test_archived_versions_are_not_for_new_use(ada, workspace):
    first, second = registered(ada, workspace), registered(ada, workspace, script="print(2)\n")
    archive_version(actor=ada, version=second)
    assert resolve_reference(workspace, "train@latest").pk == first.pk
    with pytest.raises(ComponentArchived, match="Use train:1"):
        resolve_reference(workspace, "train:2")
    archive_component(actor=ada, component=first.component)
    with pytest.raises(ComponentArchived, match="train is archived"):
        resolve_reference(workspace, "train:1")
    archive_component(actor=ada, component=first.component, archived=False)
    archive_version(actor=ada, version=second, archived=False)
    assert resolve_reference(workspace, "train").pk == second.pk


def test_a_pipeline_that_uses_an_archived_version_is_refused_at_its_node(ada, workspace):
    version = registered(ada, workspace)
    graph = Graph(
        nodes={"fit": Node("train", inputs={"data": FromData("https://example.org/a.csv")})},
        components={"train": component_of(version)},
    )
    archive_version(actor=ada, version=version)
    with pytest.raises(InvalidInput) as caught:
        submit_pipeline(actor=ada, workspace=workspace, graph=graph)
    assert "archived" in caught.value.errors["nodes.fit.component"][0]


def test_graphs_know_what_they_use_and_keep_its_code(ada, workspace):
    version = registered(ada, workspace)
    loose = code(workspace, other="print(7)\n")
    inline = GraphComponent("command", name="other", snapshot=str(loose.pk), command="true")
    graph = Graph(
        nodes={"a": Node("train"), "b": Node("other")}, components={"train": component_of(version), "other": inline}
    )
    kept = keep_graph(workspace, graph)
    assert keep_graph(workspace, graph).pk == kept.pk
    assert {(part.version_id, part.snapshot_id) for part in kept.parts.all()} >= {(version.pk, None), (None, loose.pk)}
    Snapshot.objects.update(updated_at="2020-01-01T00:00Z")
    assert free_snapshots() == 0
    assert Snapshot.objects.count() == 2


def test_two_versions_differ_in_words_and_lines(ada, workspace):
    first = registered(ada, workspace, script="a = 1\nb = 2\n")
    text = TRAIN.replace("default: 3, min: 1", "default: 5, min: 1").replace("Train a forest", "Train trees")
    second = registered(ada, workspace, text, script="a = 1\nb = 3\n")
    differing = {
        line.name: (line.first, line.second) for section in compare(first, second) for line in section.differing
    }
    assert differing["depth"] == ("integer, default 3, from 1 to 20", "integer, default 5, from 1 to 20")
    assert differing["Display name"] == ("Train a forest", "Train trees")
    [file] = changed_files(first, second)
    assert (file.path, file.change) == ("train.py", "changed")
    assert {"-b = 2", "+b = 3", " a = 1"} <= set(file.lines)
    assert changed_files(first, first) == []


def test_only_what_is_said_of_a_version_changes(ada, workspace):
    version = registered(ada, workspace)
    before = (version.definition, version.digest)
    changed = edit_version(
        actor=ada, version=version, changes={"description": "New.", "tags": {"a": "b"}, "definition": {}}
    )
    row = ComponentVersion.objects.get(pk=changed.pk)
    assert (row.description, row.tags, row.definition, row.digest) == ("New.", {"a": "b"}, *before)


def test_readers_register_nothing(workspace):
    with pytest.raises(NotAllowed):
        registered(member(workspace, Role.READER), workspace)
