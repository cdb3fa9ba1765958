"""What to try an endpoint with, and how programs call it. No I/O."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.endpoints.models import Revision

_VALUES: dict[str, Any] = {
    "boolean": True,
    "integer": 1,
    "long": 1,
    "float": 1.0,
    "double": 1.0,
    "datetime": "2026-01-31",
}
_WIDEST = 100


@dataclass(frozen=True)
class Sample:
    """A request that fits a model; ``is_guessed``: nothing is known of what it takes."""

    text: str
    is_guessed: bool = False


def sample_of(revision: Revision | None) -> Sample:
    """Return a request for a revision: what its servers say, else what the model's signature lets one guess."""
    if revision is None:
        return Sample('{"data": [[0]]}', is_guessed=True)
    said = revision.schema.get("sample")
    if said is not None:
        return Sample(said if isinstance(said, str) else _written(said))
    signature = (revision.model.manifest or {}).get("signature") if revision.model else None
    if isinstance(signature, Mapping) and signature.get("inputs"):
        return Sample(_written(_of_signature(signature["inputs"])))
    return Sample('{"data": [[0]]}', is_guessed=True)


def _of_signature(inputs: list[dict[str, Any]]) -> dict[str, Any]:
    columns = inputs[:_WIDEST]
    if any("shape" in column for column in columns):
        first = columns[0]
        value: Any = _VALUES.get(str(first.get("type")), 0.0)
        for size in reversed(first.get("shape") or [1]):
            value = [value] * (size if 0 < size <= _WIDEST else 1)
        return {"inputs": value}
    names = [column.get("name") or str(place) for place, column in enumerate(columns)]
    row = [_VALUES.get(str(column.get("type")), "text") for column in columns]
    return {"dataframe_split": {"columns": names, "data": [row]}}


def _written(value: Any) -> str:
    """Return JSON for people: what fits stands in one line."""
    return _lines(value, "")


def _lines(value: Any, indent: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if len(text) + len(indent) <= _WIDEST or not isinstance(value, dict | list):
        return text
    inner = f"{indent}  "
    if isinstance(value, list):
        parts, ends = [_lines(one, inner) for one in value], "[]"
    else:
        parts = [f"{json.dumps(name, ensure_ascii=False)}: {_lines(one, inner)}" for name, one in value.items()]
        ends = "{}"
    joined = ",\n".join(f"{inner}{part}" for part in parts)
    return f"{ends[0]}\n{joined}\n{indent}{ends[1]}"


@dataclass(frozen=True)
class Snippet:
    """Code to copy."""

    title: str
    code: str


def snippets(url: str, sample: str, deployment: str) -> list[Snippet]:
    """Return how programs call an endpoint. The key is theirs to put in: it does not stand in the code.

    Args: deployment: the name of one, to show how a request asks for it.
    """
    one_line = " ".join(sample.split())
    quoted = one_line.replace("'", "'\\''")
    return [
        Snippet(
            "curl",
            f"curl {url} \\\n  -H \"Authorization: Bearer $ENDPOINT_KEY\" \\\n  -H 'Content-Type: application/json' \\\n"
            f"  -d '{quoted}'",
        ),
        Snippet(
            "Python",
            "import json\nimport os\nfrom urllib.request import Request, urlopen\n\n"
            f"body = {_python(one_line)}\n"
            f'request = Request(\n    "{url}",\n    data=json.dumps(body).encode(),\n    headers={{\n'
            '        "Authorization": f"Bearer {os.environ[\'ENDPOINT_KEY\']}",\n'
            '        "Content-Type": "application/json",\n'
            f'        # "azureml-model-deployment": "{deployment}",  # to ask one deployment, whatever the traffic\n'
            "    },\n)\nprint(json.load(urlopen(request, timeout=60)))",
        ),
        Snippet(
            "JavaScript",
            f'const response = await fetch("{url}", {{\n  method: "POST",\n  headers: {{\n'
            "    Authorization: `Bearer ${process.env.ENDPOINT_KEY}`,\n"
            '    "Content-Type": "application/json",\n  },\n'
            f"  body: JSON.stringify({one_line}),\n}});\nconsole.log(await response.json());",
        ),
    ]


def _python(text: str) -> str:
    try:
        return repr(json.loads(text))
    except ValueError:
        return repr(text)
