"""The same scripts in the reference server and in ours: the same answers, header by header, but for what is meant to differ."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.serving.servers import serving

pytestmark = [pytest.mark.servers, pytest.mark.exhaustive]

# Ours keeps connections and says more of itself; its own name and times differ.
ITS_OWN = {"server", "date", "connection", "x-ms-server-version", "x-ms-run-fn-exec-ms", "keep-alive", "allow"}
IDS = {"x-request-id": "r", "x-ms-client-request-id": "c", "TraceId": "t"}
PLAIN = """
import json
def init(): pass
def run(raw):
    asked = json.loads(raw)
    if asked.get("raise"): raise ValueError("no")
    if "give" in asked: return asked["give"]
    return {"got": asked}
"""
SCHEMA = """
import numpy as np
import pandas as pd
from inference_schema.parameter_types.numpy_parameter_type import NumpyParameterType
from inference_schema.parameter_types.pandas_parameter_type import PandasParameterType
from inference_schema.parameter_types.standard_py_parameter_type import StandardPythonParameterType
from inference_schema.schema_decorators import input_schema, output_schema
def init(): pass
@input_schema("data", NumpyParameterType(np.array([[1.0, 2.0]])))
@input_schema("table", PandasParameterType(pd.DataFrame({"age": [1], "name": ["a"]})))
@input_schema("factor", StandardPythonParameterType(2.5))
@output_schema(StandardPythonParameterType([1.0]))
def run(data, table, factor=2.0):
    return (data.sum(axis=1) * factor + table["age"].sum()).tolist()
"""
RAW = """
from azureml_inference_server_http.api.aml_request import AMLRequest, rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse
def init(): pass
@rawhttp
def run(request):
    if request.method == "GET":
        return AMLResponse({"args": request.args.to_dict()}, 200, json_str=True)
    if request.method == "OPTIONS":
        return AMLResponse("", 204, {"X-Mine": "a, b"})
    return AMLResponse(request.get_data()[::-1], 202, {"Content-Type": "image/png", "X-Mine": "yes"})
"""
GOOD = {"data": [[1, 2], [3, 4]], "table": [{"age": 3, "name": "b"}]}
REQUESTS: dict[str, list[tuple[str, str, bytes | None, dict[str, str]]]] = {
    PLAIN: [
        ("GET", "/", None, {}),
        ("POST", "/score", b'{"data": [1, 2.5, "x"]}', {}),
        ("POST", "/score", '{"data": "ñ"}'.encode(), {"Content-Type": "text/plain"}),
        ("POST", "/score", b'{"give": null}', {}),
        ("POST", "/score", b'{"give": [[1], {"a": true}]}', {}),
        ("POST", "/score", b'{"give": "text"}', {}),
        ("POST", "/score", b'{"raise": 1}', {}),
        ("POST", "/score", b"\xff", {}),
        ("GET", "/score?a=1&b=[1,2]&a=x", None, {}),
        ("OPTIONS", "/score", None, {}),
        ("PUT", "/score", b"", {}),
        ("GET", "/nowhere", None, {}),
        ("GET", "/swagger.json", None, {}),
        ("GET", "/swagger.json?version=2.0", None, {}),
        ("GET", "/swagger.json?version=3", None, {}),
        ("GET", "/swagger.json?version=3.1", None, {}),
        ("GET", "/swagger.json?version=9", None, {}),
        ("POST", "/score", b"{}", {"x-request-id": "x" * 101}),
        ("POST", "/score", b"{}", {"x-ms-client-request-id": "x" * 101}),
        ("POST", "/score", b"{}", {"x-ms-request-id": "older", "x-ms-client-request-id": ""}),
    ],
    SCHEMA: [
        ("POST", "/score", json.dumps(GOOD).encode(), {}),
        ("POST", "/score", json.dumps({**GOOD, "factor": 1}).encode(), {}),
        ("POST", "/score", json.dumps(GOOD).encode(), {"Content-Type": "text/plain"}),
        ("POST", "/score", b'{"data": [[1, 2]]}', {}),
        ("POST", "/score", b"[1]", {}),
        ("POST", "/score", b"{", {}),
        ("POST", "/score", b"", {}),
        ("GET", "/score?data=[[1,2]]&table=[{%22age%22:3,%22name%22:%22b%22}]", None, {}),
        ("GET", "/swagger.json", None, {}),
        ("GET", "/swagger.json?version=3", None, {}),
    ],
    RAW: [
        ("GET", "/score?a=1&b=x", None, {}),
        ("POST", "/score", b"\x00\xff", {}),
        ("OPTIONS", "/score", None, {}),
    ],
}


def ask(connection, method, address, body, headers):
    """Return status, headers and body, without what is its own."""
    sent = {**IDS, **({"Content-Type": "application/json"} if body is not None else {}), **headers}
    connection.request(method, address, body, sent)
    answer = connection.getresponse()
    content = answer.read()
    named = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in ITS_OWN}
    connection.close()
    if named.get("content-type") == "application/json" and content:
        # Documents are the same, though not in the order of their keys.
        content = json.loads(content)
        named.pop("content-length")
    return answer.status, named, content


@contextlib.contextmanager
def theirs(python: str, folder: Path, script: str, **variables: str):
    """Serve a script with the reference server; gives a function that connects."""
    folder.mkdir()
    (folder / "score.py").write_text(script)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(python).with_name("azmlinfsrv")
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [str(program), "--entry_script", "score.py", "--port", str(port)],
        cwd=folder,
        env={**os.environ, "SERVICE_NAME": "churn", **variables},
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.2)
        yield lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


@pytest.mark.parametrize("script", list(REQUESTS), ids=["plain", "schema", "raw"])
def test_the_same_answers(reference, tmp_path, script):
    from tests.serving.replicas import Connection

    with (
        theirs(reference, tmp_path / "theirs", script) as connect,
        serving({"score.py": script}, python=reference, SERVICE_NAME="churn") as server,
    ):
        for request in REQUESTS[script]:
            expected, got = ask(connect(), *request), ask(Connection(server.socket), *request)
            if request[1] in ("/nowhere",) or request[0] == "PUT":
                # Theirs forgets the ids here.
                got = (got[0], {name: value for name, value in got[1].items() if name in expected[1]}, got[2])
            assert got == expected, request


def test_preflights(reference, tmp_path):
    from tests.serving.replicas import Connection

    origins = "https://a.example, https://b.example"
    headers = {"Origin": "https://b.example", "Access-Control-Request-Method": "POST"}
    headers["Access-Control-Request-Headers"] = "authorization, content-type"
    with (
        theirs(reference, tmp_path / "theirs", PLAIN, AML_CORS_ORIGINS=origins) as connect,
        serving({"score.py": PLAIN}, python=reference, AML_CORS_ORIGINS=origins) as server,
    ):
        for request in (
            ("OPTIONS", "/score", None, headers),
            ("POST", "/score", b"{}", {"Origin": "https://a.example"}),
        ):
            expected, got = ask(connect(), *request), ask(Connection(server.socket), *request)
            got[1].pop("access-control-max-age", None)
            assert got == expected, request
