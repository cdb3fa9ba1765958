"""The way to a replica for gateways on other machines: for whoever shows the token, and nobody else."""

import contextlib
import hashlib
import http.client
import json
import socket
import threading

import pytest

from mlstudio.runner.replica_door import Door
from tests.launcher.waiting import until
from tests.serving.replicas import place, state_of
from tests.serving.servers import serving

TOKEN = "token-of-this-replica"
HASH = hashlib.sha256(TOKEN.encode()).hexdigest()
SCRIPT = {"score.py": "import json\ndef init(): pass\ndef run(raw): return json.loads(raw)\n"}


@pytest.fixture(scope="module")
def door():
    with serving(SCRIPT) as server:
        door = Door("127.0.0.1", server.socket, HASH)
        door.open()
        yield door
        door.close()


def connect(door):
    _tcp, host, port = door.address.rsplit(":", 2)
    return http.client.HTTPConnection(host, int(port), timeout=20)


@pytest.mark.servers
def test_requests_go_through_one_after_another_and_large_ones_too(door):
    connection = connect(door)
    for size in (1, 3, 2_000_000):
        body = json.dumps("x" * size)
        connection.request("POST", "/score", body, {"X-Studio-Door": TOKEN, "Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200
        assert len(json.loads(answer.read())) == size
    connection.close()


@pytest.mark.servers
def test_many_at_once(door):
    answers = []

    def ask(number):
        connection = connect(door)
        connection.request("POST", "/score", str(number), {"x-studio-door": TOKEN})
        answers.append(json.loads(connection.getresponse().read()))
        connection.close()

    threads = [threading.Thread(target=ask, args=[number]) for number in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert sorted(answers) == list(range(20))


@pytest.mark.servers
@pytest.mark.parametrize("token", ["", "wrong", HASH, TOKEN + "x"])
def test_without_the_token_nothing_goes_through(door, token):
    connection = connect(door)
    connection.request("POST", "/score", "[1]", {"X-Studio-Door": token} if token else {})
    assert connection.getresponse().status == 401
    connection.close()


@pytest.mark.servers
def test_what_is_no_request_is_dropped_and_hurts_nobody(door):
    _tcp, host, port = door.address.rsplit(":", 2)
    for data in (b"\r\n\r\n", b"x" * 200_000, b"GET / HTTP/1.1\r\n"):
        # It may have hung up before all was sent, which is as good.
        with socket.create_connection((host, int(port)), timeout=20) as connection, contextlib.suppress(OSError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            assert b" 200 " not in connection.recv(1000)
    connection = connect(door)
    connection.request("GET", "/", headers={"X-Studio-Door": TOKEN})
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.processes
def test_an_agent_that_is_told_to_opens_one_for_each_replica(idle):
    idle.start(STUDIO_REPLICA_HOST="127.0.0.1")
    order = place(idle, SCRIPT, server={"timeout_ms": 5000, "door": HASH})
    until(lambda: state_of(order) == "ready" or order.end is not None, 30)
    address = order.reports[-1]["address"]
    assert address.startswith("tcp:127.0.0.1:")
    connection = http.client.HTTPConnection("127.0.0.1", int(address.rpartition(":")[2]), timeout=20)
    connection.request("POST", "/score", "[1]", {"X-Studio-Door": TOKEN})
    assert json.loads(connection.getresponse().read()) == [1]
    connection.close()
    idle.studio.cancel(order)
    idle.ended(order)
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5)
