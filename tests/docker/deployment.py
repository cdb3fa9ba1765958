"""``docker/`` as data: the compose file with its variables filled in, the Dockerfile's instructions, the example settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parents[2]
DOCKER = PROJECT / "docker"
PROCESSES = ("migrate", "web", "gateway", "worker", "beat")

_VARIABLE = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\}")


@cache
def compose() -> dict[str, Any]:
    """The compose file, as it is written."""
    content: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return content


def variables_of_compose() -> set[str]:
    """The names that the compose file expects from ``.env``."""
    return {match["name"] for match in _VARIABLE.finditer((DOCKER / "compose.yaml").read_text())}


def example(*, with_suggestions: bool = False) -> dict[str, str]:
    """What ``.env.example`` sets; with suggestions, also what it has commented out."""
    pattern = r"#?([A-Z][A-Z0-9_]*)=(.*)" if with_suggestions else r"([A-Z][A-Z0-9_]*)=(.*)"
    lines = (DOCKER / ".env.example").read_text().splitlines()
    return {match[1]: match[2] for line in lines if (match := re.fullmatch(pattern, line))}


def environment_of(service: str, values: Mapping[str, str]) -> dict[str, str]:
    """The environment Compose would give a service, with ``values`` as its ``.env``."""
    given = compose()["services"][service]["environment"]
    return {name: filled_in(str(value), values) for name, value in given.items()}


def command_of(service: str, values: Mapping[str, str]) -> list[str]:
    """The command Compose would run."""
    return [filled_in(word, values) for word in compose()["services"][service]["command"]]


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """Interpolate as Compose does: ``${NAME}``, ``${NAME:-default}``, ``${NAME:?message}``; ``$$`` is a dollar."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match["name"], "")
        if not found and match["kind"] == "?":
            raise ValueError(f"{match['name']} is required: {match['rest']}")
        return found or (match["rest"] if match["kind"] == "-" else "")

    return _VARIABLE.sub(value, text).replace("$$", "$")


@dataclass(frozen=True)
class Instruction:
    """One instruction of the Dockerfile: its stage (0 is the first), its word and its arguments."""

    stage: int
    word: str
    arguments: str


def instructions() -> list[Instruction]:
    """The Dockerfile's instructions in order, continued lines joined."""
    lines = [line for line in (DOCKER / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found, stage = [], -1
    for line in filter(None, joined.splitlines()):
        word, _space, arguments = line.strip().partition(" ")
        stage += word == "FROM"
        found.append(Instruction(stage, word, arguments))
    return found


def copies(stage: int | None = None) -> list[tuple[list[str], str]]:
    """What is copied from the project: (sources, destination) of each COPY, of one stage or of all."""
    return [
        (words[:-1], words[-1])
        for instruction in instructions()
        if instruction.word == "COPY" and stage in {None, instruction.stage}
        for words in [instruction.arguments.split()]
        if not words[0].startswith("--from")
    ]
