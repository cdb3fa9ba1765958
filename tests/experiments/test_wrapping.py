"""Code that came in a folder of its own."""

import pytest

from apps.experiments.services.wrapping import wrapping_folder

PROJECT = ["project/train.py", "project/src/model.py", "project/README.md"]


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        ("python train.py --epochs 3", "project"),
        ("python ./train.py", "project"),
        ("python src/model.py", "project"),
        ("cd project && python train.py", ""),
        ("python project/train.py", ""),
        ("python -m src.model", ""),
        ("echo hello", ""),
        ("python 'train.py' > outputs/log.txt", "project"),
    ],
)
def test_the_folder_around_everything_is_found_where_the_command_means_what_is_in_it(command, folder):
    assert wrapping_folder(PROJECT, command) == folder


@pytest.mark.parametrize("paths", [["train.py"], ["a/train.py", "b/x.py"], ["project/train.py", "notes.txt"], []])
def test_other_code_stays_as_it_is(paths):
    assert wrapping_folder(paths, "python train.py") == ""
