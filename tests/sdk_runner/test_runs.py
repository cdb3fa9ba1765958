"""Runs from the queue to their end, with a real agent, real runners and a real sandbox."""

import pytest

pytestmark = pytest.mark.processes


def test_a_run_runs_its_code_and_sends_log_and_exit_code(machine):
    order = machine.run("python train.py", {"train.py": "import sys; print('hello'); print('oh', file=sys.stderr)"})
    assert order.log == "hello\noh\n"
    assert order.log_ended == {"user_logs/std_log.txt"}
    assert (order.end["outcome"], order.end["exit_code"], order.end["reason"]) == ("succeeded", 0, "")
    assert [row["name"] for row in order.end["stages"]] == [
        "prepare_environment",
        "fetch_code",
        "run",
        "upload_outputs",
    ]
    assert all(row["started_at"] <= row["ended_at"] for row in order.end["stages"])
