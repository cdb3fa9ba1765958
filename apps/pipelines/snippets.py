"""How programs call a published pipeline. The key or token is theirs to put in: it does not stand in the code."""

import json
from dataclasses import dataclass

from apps.pipelines.assigning import Parameter, sample_body


@dataclass(frozen=True)
class Snippet:
    """Code to copy."""

    title: str
    code: str


def snippets(url: str, parameters: list[Parameter], experiment_name: str, variable: str) -> list[Snippet]:
    """Return how a pipeline is called.

    Args: url: where. variable: the environment variable that holds what opens it, such as ``PIPELINE_KEY``.
    """
    body = sample_body(parameters, experiment_name)
    text = json.dumps(body, indent=2, ensure_ascii=False)
    quoted = text.replace("'", "'\\''")
    head = f'-H "Authorization: Bearer ${variable}" \\\n  -H "Content-Type: application/json"'
    curl = f"curl {url} \\\n  {head} \\\n  -d '{quoted}'"
    python = (
        "import os\n\nimport requests\n\n"
        f"response = requests.post(\n    {json.dumps(url)},\n"
        f'    headers={{"Authorization": f"Bearer {{os.environ[\'{variable}\']}}"}},\n'
        f'    json={_python(body)},\n    timeout=60,\n)\nresponse.raise_for_status()\nprint(response.json()["Id"])'
    )
    return [Snippet("curl", curl), Snippet("Python", python)]


def _python(value: object) -> str:
    """Return JSON as Python writes it, indented as the argument of a call."""
    lines = _lines(value, "    ")
    return "\n".join(lines)


def _lines(value: object, indent: str) -> list[str]:
    if not isinstance(value, dict) or not value:
        return [json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)]
    made = ["{"]
    for name, inner in value.items():
        first, *rest = _lines(inner, f"{indent}    ")
        made.append(f"{indent}    {json.dumps(name, ensure_ascii=False)}: {first}")
        made += rest
        made[-1] += ","
    return [*made, f"{indent}}}"]
