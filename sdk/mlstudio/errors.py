"""What can go wrong between a program and the studio. Every message is a plain sentence or two, fit for a person."""

from __future__ import annotations

from typing import Any


class StudioError(Exception):
    """The studio could not do what was asked. ``exit_code`` is what the command line ends with."""

    exit_code = 1


class ConfigurationError(StudioError):
    """A file or variable on this side says something that cannot be used."""

    exit_code = 3


class SignInError(StudioError):
    """There is no token for this studio, or the studio does not accept it."""

    exit_code = 4


class UnreachableError(StudioError):
    """The studio did not answer."""

    exit_code = 5


class RequestError(StudioError):
    """The studio answered with an error.

    Attributes: status: HTTP status. code: stable name of the error. errors: sentences by field that was wrong.
    """

    def __init__(
        self, message: str, *, status: int, code: str = "", errors: dict[str, list[str]] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.errors = errors or {}


class NotFoundError(RequestError):
    """It does not exist, or you may not see it; the studio does not tell which."""


class PermissionDeniedError(RequestError):
    """Your role, or your token, does not allow it."""


def from_problem(status: int, problem: Any) -> StudioError:
    """Return the exception for an error answer.

    Args: status: HTTP status. problem: its ``application/problem+json`` body; anything else where a proxy answered.
    """
    known = problem if isinstance(problem, dict) else {}
    errors = known.get("errors")
    errors = errors if isinstance(errors, dict) else {}
    message = str(known.get("detail") or known.get("title") or f"The studio answered with HTTP status {status}.")
    for name, sentences in errors.items():
        told = " ".join(str(sentence) for sentence in sentences) if isinstance(sentences, list) else str(sentences)
        if told not in message:
            message += f" {told}" if name == "non_field_errors" else f" {name}: {told}"
    if status == 401:
        return SignInError(message)
    kind = {403: PermissionDeniedError, 404: NotFoundError}.get(status, RequestError)
    return kind(message, status=status, code=str(known.get("code", "")), errors=errors)
