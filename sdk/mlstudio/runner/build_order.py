"""Orders of kind ``build``: an environment from its requirements, or from a lock that there is."""

from __future__ import annotations

from pathlib import Path

from mlstudio.runner import environment, interpreters, sandbox
from mlstudio.runner.ending import USER_ERROR, Ending, Fault, Stopped
from mlstudio.runner.folder import WorkFolder
from mlstudio.runner.link import Link
from mlstudio.runner.progress import Progress
from mlstudio.runner.streams import LogStream, Stream


class BuildOrder:
    """One build of an environment; its arguments are those of a run's."""

    def __init__(self, folder: WorkFolder, home: Path, progress: Progress) -> None:
        order = folder.read("order.json") or {}
        self._spec = order["spec"]
        self._log = folder.logs / "std.txt"
        self._progress = progress
        self._builder = environment.Builder(sandbox.common_home(home), self._log, lambda: progress.cancel() is not None)

    def streams(self) -> list[Stream]:
        """Return the files to be sent while the order goes on: what uv says."""
        return [LogStream(self._log, self._spec.get("log") or "user_logs/std_log.txt", is_always_there=True)]

    def work(self, _link: Link) -> Ending:
        """Resolve and install. The result holds lock, digest, Python, packages and size in bytes.

        Raises:
            Fault: the requirements cannot be met here. Stopped: the studio wants it no more.
        """
        recipe = self._spec["environment"]
        try:
            lock = recipe.get("lock") or ""
            if not lock:
                with self._progress.stage("resolve"):
                    self._say(f"Resolving the requirements of {recipe['name']}.")
                    lock = self._builder.resolve(recipe["python"], recipe["requirements"])
            with self._progress.stage("install"):
                self._say("Installing.")
                ready = self._builder.ensure(recipe["python"], lock)
        except environment.Interrupted:
            raise Stopped((self._progress.cancel() or {}).get("reason", "")) from None
        except (environment.BuildError, interpreters.NoInterpreter) as error:
            self._say(f"\n{error}")
            raise Fault(str(error), USER_ERROR) from error
        self._say(f"The environment is ready, with Python {ready.python.version}.")
        result = {
            "lock": lock,
            "digest": ready.digest,
            "python": ready.python.version,
            "packages": environment.packages_of(ready.path),
            "size": environment.size_of(ready.path),
        }
        return Ending("succeeded", result=result)

    def _say(self, sentence: str) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"{sentence}\n")
