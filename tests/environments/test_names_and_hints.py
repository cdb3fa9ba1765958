"""The cloud's names, and what failed builds say."""

import pytest

from apps.environments import names
from apps.environments.curated import CURATED
from apps.environments.hints import explain
from apps.environments.names import Meaning, Reference, meaning_of, of_words, parse
from apps.environments.requirements import Findings, read_line


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("sklearn", Reference("sklearn")),
        ("sklearn:2", Reference("sklearn", "2")),
        ("azureml:sklearn:2", Reference("sklearn", "2")),
        ("sklearn@latest", Reference("sklearn")),
        ("azureml:my.env_1@latest", Reference("my.env_1")),
        ("azureml://registries/azureml/environments/sklearn-1.5/labels/latest", Reference("sklearn-1.5", "", True)),
        ("azureml://registries/azureml/environments/acpt-pytorch-2.2/versions/13", Reference("acpt-pytorch-2.2", "13", True)),
        (
            "azureml:/subscriptions/0/resourceGroups/rg/providers/Microsoft/workspaces/w/environments/mine/versions/3",
            Reference("mine", "3"),
        ),
        ("sklearn@stable", None),
        ("a:b:c:d", None),
        ("azureml://datastores/x/paths/y", None),
        ("", None),
    ],
)  # fmt: skip
def test_references_are_taken_apart(text, reference):
    assert parse(text) == reference


@pytest.mark.parametrize(
    ("name", "curated"),
    [
        ("AzureML-sklearn-1.0-ubuntu20.04-py38-cpu", "sklearn"),
        ("AzureML-Scikit-learn-0.20.3", "sklearn"),
        ("AzureML-Minimal", "minimal"),
        ("azureml-minimal-inference", "minimal"),
        ("AzureML-Tutorial", "sklearn"),
    ],
)
def test_curated_names_of_the_cloud_mean_curated_environments(name, curated):
    assert meaning_of(Reference(name, "33")) == Meaning(curated=curated)


@pytest.mark.parametrize(
    ("reference", "package"),
    [
        (Reference("AzureML-pytorch-1.10-ubuntu18.04-py38-cuda11-gpu"), "torch"),
        (Reference("acpt-pytorch-2.2-cuda12.1", "13", True), "torch"),
        (Reference("AzureML-tensorflow-2.12-cuda11"), "tensorflow"),
        (Reference("AzureML-lightgbm-3.3"), "lightgbm"),
    ],
)
def test_families_with_libraries_of_their_own_become_packages(reference, package):
    meaning = meaning_of(reference)
    assert meaning is not None
    assert package in meaning.requirements
    assert any(line.startswith("scikit-learn") for line in meaning.requirements)


def test_other_names_stand_for_nothing():
    assert meaning_of(Reference("my-pytorch")) is None


@pytest.mark.parametrize(
    ("image", "meaning"),
    [
        ("mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04", Meaning(curated="minimal")),
        ("mcr.microsoft.com/azureml/curated/sklearn-1.5:10", Meaning(curated="sklearn")),
        ("docker.io/somebody/tool", None),
    ],
)
def test_base_images_count_by_their_name(image, meaning):
    assert of_words(image) == meaning


def test_all_requirements_of_ours_are_in_the_one_spelling():
    ours = [*(item.requirements for item in CURATED), *names.FAMILIES.values()]
    for line in (line for lines in ours for line in lines):
        findings = Findings()
        assert read_line(line, findings) == line
        assert findings == Findings()


# As uv 0.13 writes them.
NOT_FOUND = """\
error: No solution found when resolving dependencies
  cause: Because thispackagedoesnotexist-xyz was not found in the package registry and you require
         thispackagedoesnotexist-xyz, we can conclude that your requirements are unsatisfiable.
"""
NO_VERSION = """\
  × No solution found when resolving dependencies:
  ╰─▶ Because there is no version of numpy==99.0 and you require
      numpy==99.0, we can conclude that your requirements are unsatisfiable.
"""
ONLY = "Because only numpy<=2.5.5 is available and you require numpy>=99, we can conclude that your requirements are"
CONFLICT = """\
  cause: Because pandas==2.2.0 depends on numpy{python_full_version < '3.12'}>=1.23.2,<2 and you require pandas==2.2.0, we can
         conclude that you require numpy>=1.23.2,<2.
         And because you require numpy<1.20, we can conclude that your requirements are unsatisfiable.
"""
OTHER_PYTHON = """\
  cause: Because the requested Python version (>=3.8) does not satisfy Python>=3.10 and scipy==1.15.0 depends on Python>=3.10,
         we can conclude that scipy==1.15.0 cannot be used.
"""
NO_WHEEL = """\
  cause: Because tensorflow==2.4.0 has no wheels with a matching Python ABI tag (e.g., `cp311`) and you require tensorflow==2.4.0,
         we can conclude that your requirements are unsatisfiable.
"""
COMPILED = """\
\x1b[31merror\x1b[39m: Failed to build `mysqlclient==1.4.0`
  cause: The build backend returned an error
         /bin/sh: 1: mysql_config: not found
"""
NETWORK = """\
  cause: error sending request for url (http://127.0.0.1:9/simple/numpy/)
  cause: tcp connect error
  cause: Connection refused (os error 111)
"""


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (NOT_FOUND, "no package “thispackagedoesnotexist-xyz”"),
        (NO_VERSION, "“numpy” has no version ==99.0"),
        (ONLY, "Of “numpy” there is only <=2.5.5"),
        (CONFLICT, "do not fit together"),
        (OTHER_PYTHON, "“scipy==1.15.0” is made for Python >=3.10"),
        (NO_WHEEL, "no wheel of “tensorflow==2.4.0”"),
        (COMPILED, "“mysqlclient==1.4.0” comes as source code"),
        (NETWORK, "could not be reached"),
        (
            "error: No interpreter found for Python 3.8 in virtual environments or search path",
            "does not have this Python",
        ),
        ("error: failed to write: No space left on device (os error 28)", "disk is full"),
    ],
)
def test_a_failed_build_says_what_to_do(output, words):
    hints = explain(output)
    assert words in hints[0]
    assert len(hints) == 1


def test_what_is_not_known_is_not_guessed():
    assert explain("Traceback (most recent call last): something else") == []
