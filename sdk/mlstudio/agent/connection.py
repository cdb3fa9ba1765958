"""Talking to the studio: heartbeats with patience, for as long as the agent lives."""

from __future__ import annotations

import logging
import random
import time
from pathlib import Path
from typing import Any, Callable

from mlstudio.client import Client
from mlstudio.errors import SignInError, StudioError

logger = logging.getLogger("mlstudio.agent")

HEARTBEAT_S = 5.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
ANSWER_TIMEOUT_S = 10.0


class Connection:
    """Sends heartbeats to one studio and knows how long it has been away.

    Args: server: address of the studio. token_file: holds the agent's token; read again each time, as it may be renewed.
        report: returns the body of the next heartbeat.
    """

    def __init__(self, server: str, token_file: Path, report: Callable[[], dict[str, Any]]) -> None:
        self.last_answer_at = time.monotonic()
        self._server = server
        self._token_file = token_file
        self._report = report
        self._client = Client(server, retries=0, timeout_s=ANSWER_TIMEOUT_S)
        self._token = ""
        self._failures = 0
        self._said = ""

    def beat(self) -> float:
        """Send one heartbeat; return the seconds to wait before the next. Never fails: what is wrong goes to the log."""
        try:
            self._read_token()
            answer = self._client.call("POST", "agents/heartbeat/", self._report())
        except SignInError:
            return self._failed(f"The studio at {self._server} does not accept the token in {self._token_file}.")
        except StudioError as error:
            return self._failed(str(error))
        except OSError as error:
            return self._failed(f"The token cannot be read: {error}.")
        finally:
            self._client.close()  # the server would, after as many seconds as lie between two heartbeats
        self.last_answer_at = time.monotonic()
        self._failures = 0
        self._say(logging.INFO, f"Connected to {self._server} as agent {answer['agent']}.")
        return float(answer.get("heartbeat_s", HEARTBEAT_S))

    def _read_token(self) -> None:
        token = self._token_file.read_text().strip()
        if token != self._token:
            self._token = token
            self._client.close()
            self._client = Client(self._server, token, retries=0, timeout_s=ANSWER_TIMEOUT_S)

    def _failed(self, reason: str) -> float:
        self._say(logging.WARNING, f"{reason} Trying again.")
        pause = min(FIRST_PAUSE_S * 2.0**self._failures, LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)  # noqa: S311
        self._failures = min(self._failures + 1, 10)
        return pause

    def _say(self, level: int, sentence: str) -> None:
        """Log a sentence once, not at every heartbeat."""
        if sentence != self._said:
            logger.log(level, sentence)
            self._said = sentence
