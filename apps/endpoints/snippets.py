"""How programs call an endpoint, in the languages they are written in. The key is theirs to put in: it does not stand here.
No I/O."""

import json
from dataclasses import dataclass

KEY = "ENDPOINT_KEY"


@dataclass(frozen=True)
class Snippet:
    """Code to copy; ``hint`` says what it needs."""

    name: str
    title: str
    code: str
    hint: str = ""


def snippets(url: str, sample: str, deployment: str) -> list[Snippet]:
    """Return code that sends a sample and prints the answer.

    Args: sample: the body of a request, as text. deployment: the name of one, to show how a request asks for it.
    """
    line, literal = _in_one_line(sample), _is_json(sample)
    return [
        Snippet("curl", "curl", _curl(url, line)),
        Snippet(
            "python", "Python", _python(url, sample if not literal else line, deployment, is_json=literal), "Python 3"
        ),
        Snippet("javascript", "JavaScript", _javascript(url, line, deployment, is_json=literal), "Node.js 18, .mjs"),
        Snippet("csharp", "C#", _csharp(url, sample, deployment), ".NET 7"),
        Snippet("r", "R", _r(url, sample, deployment), "R 4, httr"),
    ]


def _curl(url: str, line: str) -> str:
    quoted = line.replace("'", "'\\''")
    return f"""curl -sS '{url}' \\
  -H "Authorization: Bearer ${KEY}" \\
  -H 'Content-Type: application/json' \\
  --data-binary '{quoted}'"""


def _python(url: str, text: str, deployment: str, *, is_json: bool) -> str:
    body = repr(json.loads(text)) if is_json else repr(text)
    data = "json.dumps(body).encode()" if is_json else "body.encode()"
    return f"""import json
import os
from urllib.request import Request, urlopen

body = {body}
request = Request(
    "{url}",
    data={data},
    headers={{
        "Authorization": f"Bearer {{os.environ['{KEY}']}}",
        "Content-Type": "application/json",
        # "azureml-model-deployment": "{deployment}",  # to ask one deployment, whatever the traffic
    }},
)
with urlopen(request, timeout=60) as response:
    print(json.load(response))"""


def _javascript(url: str, line: str, deployment: str, *, is_json: bool) -> str:
    body = f"JSON.stringify({line})" if is_json else json.dumps(line)
    return f"""const response = await fetch("{url}", {{
  method: "POST",
  headers: {{
    Authorization: `Bearer ${{process.env.{KEY}}}`,
    "Content-Type": "application/json",
    // "azureml-model-deployment": "{deployment}", // to ask one deployment, whatever the traffic
  }},
  body: {body},
}});
if (!response.ok) throw new Error(`${{response.status}}: ${{await response.text()}}`);
console.log(JSON.stringify(await response.json()));"""


def _csharp(url: str, sample: str, deployment: str) -> str:
    # A raw text: JSON never has three quotes in a row.
    return f"""using System;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;

using var client = new HttpClient();
client.DefaultRequestHeaders.Authorization =
    new AuthenticationHeaderValue("Bearer", Environment.GetEnvironmentVariable("{KEY}"));
// To ask one deployment, whatever the traffic:
// client.DefaultRequestHeaders.Add("azureml-model-deployment", "{deployment}");

const string body = \"\"\"
{sample.strip()}
\"\"\";
using var content = new StringContent(body, Encoding.UTF8, "application/json");
using var response = await client.PostAsync("{url}", content);
var answer = await response.Content.ReadAsStringAsync();
if (!response.IsSuccessStatusCode)
    throw new HttpRequestException($"{{(int)response.StatusCode}}: {{answer}}");
Console.WriteLine(answer);"""


def _r(url: str, sample: str, deployment: str) -> str:
    dashes = "--"
    while f'){dashes}"' in sample:
        dashes += "-"
    return f"""library(httr)

body <- r"{dashes}({sample.strip()}){dashes}"

response <- POST(
  "{url}",
  add_headers(Authorization = paste("Bearer", Sys.getenv("{KEY}"))),
  # add_headers("azureml-model-deployment" = "{deployment}"), # to ask one deployment, whatever the traffic
  content_type_json(),
  body = body
)
stop_for_status(response)
cat(content(response, "text", encoding = "UTF-8"))"""


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _in_one_line(text: str) -> str:
    """Return JSON in one line; other text as it is."""
    return json.dumps(json.loads(text), ensure_ascii=False) if _is_json(text) else text
