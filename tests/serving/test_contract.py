"""What callers of the reference server see, from this one: bodies, statuses, headers, routes."""

import re

import pytest

from tests.launcher.waiting import until
from tests.serving.servers import serving

pytestmark = pytest.mark.servers

ECHO = """
import json
def init():
    print("init says this")
def run(data, request_headers):
    print("run says", "this")
    if data == "raise":
        raise ValueError("no good")
    if data == "exit":
        raise SystemExit(3)
    if data == "object":
        return object()
    if data == "none":
        return None
    if data == "nan":
        return [float("nan"), 1.5]
    return {"got": data, "agent": request_headers.get("X-Colour")}
"""


@pytest.fixture(scope="module")
def echo():
    with serving({"score.py": ECHO}, SERVICE_NAME="churn") as server:
        yield server


def test_the_body_is_given_as_text_and_headers_as_a_dictionary(echo):
    status, body, headers = echo.ask("/score", b'{"data": [1]}', X_Colour="green")
    assert (status, body) == (200, {"got": '{"data": [1]}', "agent": "green"})
    assert headers["Content-Type"] == "application/json"
    assert re.fullmatch(r"\d+\.\d{3}", headers["x-ms-run-fn-exec-ms"])
    assert headers["x-ms-run-function-failed"] == "False"


def test_arguments_of_a_get_are_given_as_json(echo):
    _status, body, _headers = echo.ask("/score?a=1&b=[1,2]&c=x&d=null&e=1&e=y")
    assert body["got"] == '{"a": 1, "b": [1, 2], "c": "x", "d": null, "e": [1, "y"]}'


def test_ids_are_made_passed_on_and_limited(echo):
    headers = echo.ask("/score", b"x")[2]
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["x-request-id"])
    assert headers["x-ms-request-id"] == headers["x-request-id"]
    assert headers["x-ms-client-request-id"] is None
    headers = echo.ask("/score", b"x", x_request_id="one", x_ms_client_request_id="two", TraceId="three")[2]
    told = [headers[name] for name in ("x-request-id", "x-ms-request-id", "x-ms-client-request-id", "TraceId")]
    assert told == ["one", "two", "two", "three"]
    status, body, headers = echo.ask("/score", b"x", x_ms_client_request_id="x" * 101)
    assert (status, body) == (
        431,
        {"message": "x-ms-request-id and x-ms-client-request-id must not exceed 100 characters"},
    )
    assert headers["x-request-id"]
    assert echo.ask("/score", b"x", x_request_id="x" * 101)[0] == 431


def test_routes(echo):
    assert echo.ask("/")[:2] == (200, b"Healthy")
    assert echo.ask("/", method="HEAD")[:2] == (200, b"")
    assert echo.ask("/ping")[0] == 200
    status, body, _headers = echo.ask("/nowhere")
    assert status == 404
    assert "not found" in body["message"]
    status, body, headers = echo.ask("/score", method="PUT")
    assert (status, headers["Allow"]) == (405, "GET, POST, OPTIONS")
    assert "not allowed" in body["message"]
    assert echo.ask("/score", method="OPTIONS")[:2] == (200, b"")


def test_a_script_that_raises(echo):
    for body in (b"raise", b"exit"):
        status, answer, headers = echo.ask("/score", body)
        assert status == 400  # these bodies are no JSON either
        assert "could not use it" in answer["message"]
        assert headers["x-ms-run-function-failed"] == "True"
    assert "ValueError: no good" in echo.log
    assert echo.ask("/")[0] == 200


def test_what_it_returns(echo):
    assert echo.ask("/score", b"none")[1] == {}
    assert echo.ask("/score", b"nan")[1] == [None, 1.5]
    status, body, headers = echo.ask("/score", b"object")
    assert (status, body["message"]) == (500, "run() returned what is no JSON: it holds a builtins.object.")
    assert headers["x-ms-run-function-failed"] == "True"


def test_the_fixed_message_where_the_body_was_good():
    with serving({"score.py": "def init(): pass\ndef run(data): raise KeyError('x')\n"}) as server:
        status, body, headers = server.ask("/score", {"data": [1]})
        message = "An unexpected error occurred in scoring script. Check the logs for more info."
        assert (status, body, headers["x-ms-run-function-failed"]) == (500, {"message": message}, "True")
        for given in (b"", b'{"data": NaN}', b'{"data": ', b"[" * 100_000):
            status, body, _headers = server.ask("/score", given)
            assert status == 400
            assert len(body["message"]) > 20


def test_forms_and_other_encodings_are_refused_in_words(echo):
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    status, body, _headers = echo.ask("/score", b'{"data": [1]}', **form)
    assert status == 415
    assert "Content-Type: application/json" in body["message"]
    assert echo.ask("/score", b"\xff\xfe")[0] == 400
    assert echo.ask("/score", b"x", Content_Encoding="gzip")[0] == 415


def test_documents(echo):
    status, body, _headers = echo.ask("/swagger.json")
    assert (status, body["swagger"], body["info"]["title"]) == (200, "2.0", "churn")
    assert body["paths"]["/score"]["post"]["operationId"] == "RunMLService"
    assert body["definitions"]["ServiceInput"] == {"type": "object", "example": {}}
    assert echo.ask("/swagger.json?version=3")[1]["openapi"] == "3.0.3"
    assert echo.ask("/swagger.json?version=3.1")[1]["openapi"] == "3.1.0"
    status, body, _headers = echo.ask("/swagger.json?version=4")
    assert (status, body) == (404, {"message": "Swagger version [4] is not valid. Supported versions: [2, 3, 3.1]."})


def test_lines_of_the_log_carry_time_and_request(echo):
    echo.ask("/score?a=1", b"x", x_request_id="tagged")
    until(lambda: "POST /score?a=1" in echo.log)
    lines = echo.log.splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z 0{8}-0000-0000-0000-0{12} init says this", lines[0])
    tagged = [line.split(" ", 2)[2] for line in lines if " tagged " in line]
    assert tagged[0] == "run says this"
    assert re.fullmatch(r"POST /score\?a=1 200 \d+\.\d{3}ms \d+", tagged[1])


def test_own_documents_win():
    files = {"score.py": ECHO, "swagger.json": '{"swagger": "2.0", "mine": true}'}
    with serving(files) as server:
        assert server.ask("/swagger.json")[1] == {"swagger": "2.0", "mine": True}


def test_raw_requests_without_flask():
    script = """
from azureml.contrib.services.aml_request import AMLRequest, rawhttp
from azureml.contrib.services.aml_response import AMLResponse
def init(): pass
@rawhttp
def run(request):
    if request.method == "OPTIONS":
        return AMLResponse("yes", 204, {"X-Mine": "1"})
    if request.files:
        sent = request.files["image"]
        return {"name": sent.filename, "size": len(sent.read()), "note": request.form["note"]}
    if request.args.get("fail"):
        return AMLResponse({"why": "because"}, 503, json_str=True)
    return AMLResponse(bytes(reversed(request.get_data())), 201, {"Content-Type": "image/png"})
"""
    with serving({"score.py": script}) as server:
        status, body, headers = server.ask("/score", b"\x01\x02\x00")
        assert (status, body, headers["Content-Type"]) == (201, b"\x00\x02\x01", "image/png")
        status, _body, headers = server.ask("/score", method="OPTIONS")
        assert (status, headers["X-Mine"]) == (204, "1")
        status, body, headers = server.ask("/score?fail=1", b"")
        assert (status, body, headers["x-ms-run-function-failed"]) == (503, {"why": "because"}, "True")
        form = b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
        form += (
            b'--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n\x00\xff\r\n\r\n--b--\r\n'
        )
        body = server.ask("/score", form, Content_Type="multipart/form-data; boundary=b")[1]
        assert body == {"name": "a.png", "size": 4, "note": "hello"}


def test_other_sites_pages():
    origins = "https://a.example, https://b.example"
    with serving({"score.py": ECHO}, AML_CORS_ORIGINS=origins) as server:
        ask = {"Origin": "https://b.example", "Access_Control_Request_Method": "POST"}
        status, _body, headers = server.ask(
            "/score", method="OPTIONS", Access_Control_Request_Headers="authorization", **ask
        )
        assert status == 200
        assert headers["Access-Control-Allow-Origin"] == "https://b.example"
        assert headers["Access-Control-Allow-Methods"] == "GET, POST"
        assert headers["Access-Control-Allow-Headers"] == "authorization"
        assert (
            server.ask("/score", b"x", Origin="https://a.example")[2]["Access-Control-Allow-Origin"]
            == "https://a.example"
        )
        headers = server.ask("/score", b"raise", Origin="https://evil.example")[2]
        assert headers["Access-Control-Allow-Origin"] is None
        assert headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (
            "import json\nimport not_there\n",
            "score.py, line 2: import not_there: ModuleNotFoundError: No module",
        ),
        ("def init(:\n", "score.py, line 1: def init(:: SyntaxError: invalid syntax"),
        ("def run(data): pass\n", "score.py does not have a init() function defined."),
        ("def init(): pass\n", "score.py does not have a run() function defined."),
        ("def init(): pass\ndef run(*data): pass\n", "score.py, line 2: run() cannot accept positional-only"),
        ("def init(): pass\ndef run(): pass\n", "score.py, line 2: run() needs to accept an argument for input data."),
        (
            "def init(): pass\ndef run(request_headers): pass\n",
            'score.py, line 2: run() needs to accept an argument other than "request_headers"',
        ),
        (
            "def init():\n    open('model.pkl')\ndef run(data): pass\n",
            "score.py, line 2: open('model.pkl'): FileNotFoundError",
        ),
        (
            "import helper\ndef init(): helper.load()\ndef run(data): pass\n",
            "helper.py, line 2: raise OSError('gone'): OSError: gone",
        ),
        ("raise SystemExit(0)", "score.py, line 1: raise SystemExit(0): SystemExit: 0"),
    ],
)
def test_scripts_that_cannot_be_served_say_which_line(script, line):
    with serving(
        {"score.py": script, "helper.py": "def load():\n    raise OSError('gone')\n"}, until_ready=False
    ) as server:
        assert server.process.wait(20) == 3
        assert server.status["state"] == "failed"
        assert server.status["reason"].startswith(line)
