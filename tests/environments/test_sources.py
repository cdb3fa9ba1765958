"""Requirements, conda files and definitions, as people have them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.environments.conda import pip_versions
from apps.environments.errors import RecipeInvalid
from apps.environments.pythons import choose
from apps.environments.recipes import Recipe
from apps.environments.sources import Pythons, read, read_mapping

PYTHONS = Pythons("3.11", ["3.10", "3.11", "3.12"])

# As in the samples of Azure ML, of MLflow's projects, and as `conda env export` writes.
AZURE_SAMPLE = """\
name: model-env
channels:
  - conda-forge
dependencies:
  - python=3.8
  - numpy=1.21.2
  - pip=21.2.4
  - scikit-learn=0.24.2
  - scipy=1.7.1
  - pandas>=1.1,<1.2
  - pip:
    - inference-schema[numpy-support]==1.3.0
    - xlrd==2.0.1
    - mlflow== 1.26.1
    - azureml-mlflow==1.42.0
"""
V1_SAMPLE = """\
# Conda environment specification.
name: project_environment
dependencies:
  # The python interpreter version.
  # Currently Azure ML only supports 3.5.2 and later.
- python=3.10.12

- pip:
    # Required packages for AzureML execution, history, and data preparation.
  - azureml-defaults
  - azureml-sdk[notebooks]==1.0

- scikit-learn
- pytorch::pytorch=2.1.0
- cudatoolkit=11.3
channels:
- anaconda
"""
EXPORTED = """\
name: base
channels:
  - defaults
dependencies:
  - _libgcc_mutex=0.1=main
  - ca-certificates=2023.08.22=h06a4308_0
  - libffi=3.4.4=h6a678d5_0
  - numpy=1.26.0=py311h08b1b3b_0
  - openssl=3.0.11=h7f8727e_2
  - python=3.11.5=h955ad1f_0
  - tzdata=2023c=h04d1e81_0
  - pip:
      - joblib==1.3.2
prefix: /home/somebody/anaconda3
"""


def problems(text: str, **given: str) -> list[str]:
    with pytest.raises(RecipeInvalid) as caught:
        read(text, PYTHONS, **given)
    return [sentence for sentences in caught.value.errors.values() for sentence in sentences]


def test_requirements_are_read_as_pip_reads_them():
    text = (
        "Pandas >= 2 , <3  # tables\n\n# nothing\nscikit_learn==1.5.* ; python_version > '3.8'\n"
        "ray[Tune,default]\nnumpy \\\n  >=1.26\n"
    )
    reading = read(text, PYTHONS)
    assert reading.kind == "requirements"
    assert reading.recipe == Recipe(
        "3.11",
        ("pandas>=2,<3", 'scikit-learn==1.5.* ; python_version > "3.8"', "ray[default,tune]", "numpy>=1.26"),
    )
    assert reading.warnings == ()


def test_hashes_of_a_lock_are_left_out_with_a_word():
    reading = read("numpy==2.1.0 \\\n    --hash=sha256:aa00 \\\n    --hash=sha256:bb11\n", PYTHONS)
    assert reading.recipe.requirements == ("numpy==2.1.0",)
    assert "Hashes are left out" in reading.warnings[0]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--index-url https://user:secret@pypi.example.org/simple", "Take “--index-url” out"),
        ("--extra-index-url=https://x", "Take “--extra-index-url” out"),
        ("-r more.txt", "Paste its lines"),
        ("-c limits.txt", "versions beside the packages"),
        ("-e .", "Put your code beside your script"),
        ("--pre", "Take “--pre” out"),
        ("git+https://user:secret@example.org/x.git", "is an address or a file"),
        ("mine @ https://user:secret@example.org/mine.whl", "is an address or a file"),
        ("https://example.org/mine-1.0-py3-none-any.whl", "is an address or a file"),
        ("./mine", "is an address or a file"),
        ("/srv/mine", "is an address or a file"),
        ("C:\\mine", "is an address or a file"),
        ("mine.tar.gz", "is an address or a file"),
        ("two words", "is not a requirement"),
        ("numpy=1.26", "is not a requirement"),
    ],
)
def test_what_cannot_be_installed_is_refused_with_its_line(line, words):
    (sentence,) = problems(f"pandas\n{line}\n")
    assert sentence.startswith("Line 2: ")
    assert words in sentence
    assert "secret" not in sentence


def test_all_that_is_wrong_is_said_at_once():
    assert [sentence[:7] for sentence in problems("-r a\nnumpy\na b\n-e .\n")] == ["Line 1:", "Line 3:", "Line 4:"]


def test_a_conda_file_of_the_samples_is_read_without_conda():
    reading = read(AZURE_SAMPLE, PYTHONS)
    assert (reading.kind, reading.name) == ("conda", "model-env")
    assert reading.recipe.requirements == (
        "numpy==1.21.2.*",
        "scikit-learn==0.24.2.*",
        "scipy==1.7.1.*",
        "pandas>=1.1,<1.2",
        "inference-schema[numpy-support]==1.3.0",
        "xlrd==2.0.1",
        "mlflow==1.26.1",
        "mlflow-skinny",
    )
    assert reading.recipe.python == "3.10"
    said = " ".join(reading.warnings)
    assert "Python 3.8 is on none of the studio's machines; Python 3.10 is taken instead." in said
    assert "Channels are passed over" in said
    assert "“azureml-mlflow” is read as mlflow-skinny." in said


def test_what_is_not_python_or_of_the_cloud_is_left_out_visibly():
    reading = read(V1_SAMPLE, PYTHONS)
    assert reading.recipe == Recipe("3.10", ("scikit-learn", "torch==2.1.0.*"))
    said = " ".join(reading.warnings)
    assert "“azureml-defaults” is left out" in said
    assert "“azureml-sdk” is left out" in said
    assert "mlstudio" in said
    assert "“cudatoolkit” is left out" in said
    assert "none of the studio's machines" not in said


def test_an_exported_conda_environment_keeps_its_exact_versions():
    reading = read(EXPORTED, PYTHONS)
    assert reading.recipe == Recipe("3.11", ("numpy==1.26.0", "joblib==1.3.2"))


def test_a_chosen_python_goes_before_the_one_of_the_file():
    assert read(V1_SAMPLE, PYTHONS, python="3.12").recipe.python == "3.12"


def test_variables_of_a_conda_file_are_kept():
    assert read("dependencies: [numpy]\nvariables:\n  LEVEL: 3\n  EMPTY:\n", PYTHONS).variables == {
        "LEVEL": "3",
        "EMPTY": "",
    }
    assert "cannot name a variable" in problems("dependencies: [numpy]\nvariables: {'a b': 1}\n")[0]


def test_problems_of_a_conda_file_name_their_lines():
    text = "dependencies:\n  - numpy=1.26|1.25\n  - broken[x]\n  - pip:\n    - ok\n    - -e .\n    - git+https://x/y\n"
    found = problems(text)
    assert [sentence[:7] for sentence in found] == ["Line 2:", "Line 3:", "Line 6:", "Line 7:"]


@pytest.mark.parametrize(
    "text",
    [
        "dependencies: numpy",
        "dependencies: [[numpy]]",
        "dependencies: [{conda: [x]}]",
        "dependencies: [{pip: numpy}]",
        "dependencies: [{pip: [1]}]",
        "dependencies: [numpy]\nvariables: [A]",
        "name: nothing-else",
        "dependencies:\n- numpy\n  bad: : indent",
        "dependencies: [python=banana]",
        "conda_file: [1]",
    ],
)
def test_other_shapes_are_refused_in_words(text):
    assert all(len(sentence) > 20 for sentence in problems(text))


def test_a_definition_of_azure_ml_is_read():
    definition = (
        "$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\nname: docker-plus-conda\nversion: 7\n"
        "image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04\ndescription: From a sample.\ntags: {team: blue}\n"
        "conda_file: conda.yml\ninference_config: {}\nsomething: else\n"
    )
    reading = read(definition, PYTHONS, conda_file=V1_SAMPLE)
    assert (reading.kind, reading.name, reading.description) == ("definition", "docker-plus-conda", "From a sample.")
    assert reading.tags == {"team": "blue"}
    assert reading.recipe.requirements == ("scikit-learn", "torch==2.1.0.*")
    assert reading.image == ""
    said = " ".join(reading.warnings)
    for words in (
        "openmpi4.1.0-ubuntu20.04” is passed over",
        "counts versions by itself",
        "“something” is passed over",
    ):
        assert words in said
    assert "names the file “conda.yml”" in problems(definition)[0]


def test_a_definition_may_hold_its_conda_file_or_only_an_image():
    inner = {"name": "x", "conda_file": {"dependencies": ["numpy"]}, "environment_variables": {"A": "1"}}
    reading = read_mapping(inner, PYTHONS)
    assert (reading.recipe.requirements, reading.variables) == (("numpy",), {"A": "1"})
    assert read("image: python:3.11-slim\n", PYTHONS).image == "python:3.11-slim"


def test_dockerfiles_are_refused_with_what_to_do():
    (sentence,) = problems("name: x\nbuild:\n  path: docker\n")
    assert "Name the Python packages" in sentence


def test_errors_belong_to_the_field_they_stand_in():
    with pytest.raises(RecipeInvalid) as caught:
        read("conda_file: conda.yml\n", PYTHONS, conda_file="dependencies:\n- pip:\n  - -e .\n")
    assert caught.value.errors == {
        "conda_file": [
            "Line 3: A folder cannot be installed as a package. Put your code beside your script: it is found from there."
        ]
    }


def test_very_much_is_refused():
    assert "characters" in problems("a\n" * 200_001)[0]
    assert "500 packages" in problems("\n".join(f"package-{number}" for number in range(501)))[0]


def test_a_bomb_of_aliases_is_harmless():
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert problems(f"{bomb}dependencies: *i\n")


@pytest.mark.parametrize(
    ("conda", "pip"),
    [
        ("", ""),
        ("*", ""),
        ("=1.5", "==1.5.*"),
        ("=1.5.*", "==1.5.*"),
        ("==1.5", "==1.5"),
        (" >= 1.5 , < 2 ", ">=1.5,<2"),
        ("=1.5=py38_0", "==1.5"),
        ("1.5 py38_0", "==1.5"),
        ("1.5", "==1.5"),
        ("1.5.*", "==1.5.*"),
        ("!=1.5", "!=1.5"),
        ("~=1.5", "~=1.5"),
        (">=1.5.*", ">=1.5"),
        ("1.5|1.6", None),
        ("banana", None),
    ],
)
def test_versions_of_conda_become_those_of_pip(conda, pip):
    assert pip_versions(conda) == pip


@pytest.mark.parametrize(
    ("wanted", "chosen"),
    [
        ("", ("3.11", True)),
        ("3.12", ("3.12", True)),
        ("==3.10.*", ("3.10", True)),
        ("==3.11.5", ("3.11", True)),
        (">=3.9,<3.11", ("3.10", True)),
        (">=3.9", ("3.11", True)),
        ("3", ("3.11", True)),
        ("==3.8.13", ("3.10", False)),
        ("==3.14.*", ("3.12", False)),
        ("==2.7", ("3.10", False)),
    ],
)
def test_the_python_is_one_that_machines_have(wanted, chosen):
    assert choose(wanted, PYTHONS.available, PYTHONS.default) == chosen


PACKAGES = st.lists(
    st.sampled_from(
        ["numpy>=1,<3", "pandas", "scikit-learn==1.5.2", "ray[default,tune]", "a.b", "c-d ; python_version > '3'"]
    ),
    min_size=1,
    unique=True,
)


@given(PACKAGES, st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_how_it_is_written(lines, chance):
    spelled = [line.replace("numpy", "NumPy").replace("-", "_") if chance.random() < 0.5 else line for line in lines]
    spelled = [line.replace("<3", " < 3 ").replace(">=1,", "").replace(" < 3 ", " < 3, >= 1") for line in spelled]
    decorated = [chance.choice([f"{line}  # why", f"  {line}", f"{line}\n\n# comment", line]) for line in spelled]
    chance.shuffle(decorated)
    one = read("\n".join(lines), PYTHONS).recipe
    other = read("\n".join(decorated), PYTHONS).recipe
    assert one.digest == other.digest
    assert one.digest != read("\n".join([*lines, "one-more"]), PYTHONS).recipe.digest
    assert one.digest != Recipe("3.12", one.requirements).digest


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    with suppress(RecipeInvalid):
        reading = read(text, PYTHONS)
        assert Recipe.from_json(reading.recipe.as_json()) == reading.recipe
        assert read(reading.recipe.text, PYTHONS).recipe == reading.recipe
