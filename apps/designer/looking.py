"""Looking at what a step has left: tables, models and the like as JSON for a page.

The server opens none of it itself: a process of its own does, which may take so long and so much memory, so that no file, however
large or damaged, does any harm. What it found is kept beside the files, by what they hold.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final, cast

from django.db.models import Q, QuerySet, Sum

from apps.core.storage import FileMissing, get_store
from apps.data.tabular.sources import SourceFile
from apps.designer.errors import LookFailed, LookTooLong, LookTooMuch, NothingWritten
from apps.experiments.models import Run, RunFile
from mlstudio.components.core import store
from mlstudio.components.core.declaring import ANY, TABLE
from mlstudio.components.showing import FILES, type_of_files

FORMAT: Final = 1  # of what is kept; a higher number whenever ``mlstudio.components.showing`` answers otherwise
DEADLINE_S: Final = 20
MEMORY_BYTES: Final = 2 * 2**30
MOST_LISTED: Final = 100
OF_TABLES: Final = (store.DATA, store.META, store.FOLDS, store.EVALUATION)
KNOWN: Final = frozenset({*OF_TABLES, *FILES.values(), store.MODEL_FILE})
PARQUET: Final = ".parquet"

_seats = BoundedSemaphore(2)


@dataclass(frozen=True)
class Output:
    """What a run wrote to one of its outputs: a folder, or a single file."""

    run: Run
    name: str

    @property
    def path(self) -> str:
        """Where it lies among the run's files."""
        return f"outputs/{self.name}"

    @property
    def files(self) -> "QuerySet[RunFile]":
        """Return its files in the order of their paths."""
        rows = RunFile.objects.filter(Q(path=self.path) | Q(path__startswith=f"{self.path}/"), run=self.run)
        return rows.order_by("path")

    @cached_property
    def size(self) -> int:
        """How many bytes it has."""
        return int(self.files.aggregate(size=Sum("size"))["size"] or 0)

    @cached_property
    def parts(self) -> dict[str, RunFile]:
        """The files that say what it is, by the names that components give them."""
        rows = self.files.filter(path__in=[f"{self.path}/{name}" for name in KNOWN])
        found = {row.path.rpartition("/")[2]: row for row in rows}
        if not found:
            few = list(self.files[:2])
            if len(few) == 1 and few[0].path.endswith(PARQUET):
                return {store.DATA: few[0]}
        return found

    @cached_property
    def type(self) -> str:
        """The type of port that leaves such files."""
        return type_of_files(self.parts)


def find_output(run: Run, name: str) -> Output:
    """Return an output of a run.

    Raises:
        NothingWritten: the run has no such output, or has left nothing in it.
    """
    output = Output(run, name)
    if "\x00" in name or not output.files.exists():
        raise NothingWritten(name)
    return output


def describe(output: Output, first_column: int = 0, after: str = "") -> dict[str, Any]:
    """Return what is in an output (``mlstudio.components.showing``); of other files a list of them, from ``after`` on.

    Args: first_column: of a table, the first of the columns that are described.
    Raises:
        LookFailed: it cannot be read. LookTooLong, LookTooMuch: it is too large for that.
    """
    if output.type == ANY:
        return _listed(output, after)
    question = {"type": output.type, "first_column": first_column}
    key = _kept_at(output, question)
    try:
        return cast(dict[str, Any], json.loads(b"".join(get_store().open(key))))
    except FileMissing:
        found = _asked(output, question)
    get_store().write(key, [json.dumps(found, ensure_ascii=False).encode()])
    return found


def scatter(output: Output, across: str, up: str, by: str = "") -> dict[str, Any]:
    """Return points of two columns of a table; ``by``: a column by which they are grouped, or "".

    Raises:
        LookFailed: it is no table, or has no such column. LookTooLong, LookTooMuch: it is too large for that.
    """
    if output.type != TABLE:
        raise NothingWritten(output.name)
    return _asked(output, {"across": across, "up": up, "by": by})


def _listed(output: Output, after: str) -> dict[str, Any]:
    rows = output.files
    found = list(rows.filter(path__gt=f"{output.path}/{after}" if after else "")[: MOST_LISTED + 1])
    shown = found[:MOST_LISTED]
    start = len(output.path) + 1
    images = sum(row.media_type.startswith("image/") for row in shown)
    return {
        "kind": "images" if images * 2 > len(shown) else "files",
        "count": rows.count(),
        "bytes": output.size,
        "files": [
            {"path": row.path, "name": row.path[start:] or output.name, "bytes": row.size, "media_type": row.media_type}
            for row in shown
        ],
        "next": shown[-1].path[start:] if len(found) > MOST_LISTED else None,
    }


def _kept_at(output: Output, question: dict[str, Any]) -> str:
    """Return where the answer is kept: with the run whose bytes these are, so that it goes when they do."""
    digest = hashlib.sha256(json.dumps([FORMAT, question], sort_keys=True).encode())
    for name, row in sorted(output.parts.items()):
        digest.update(f"{name}\0{row.sha256}\n".encode())
    folder = next(iter(output.parts.values())).key.rpartition("/files/")[0]
    return f"{folder}/looks/{digest.hexdigest()}.json"


def _asked(output: Output, question: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", "mlstudio.components.showing"]
    environment = {"PATH": os.environ.get("PATH", ""), "POLARS_MAX_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
    with _on_disk(output) as folder:
        asked = json.dumps({**question, "folder": str(folder), "memory_bytes": MEMORY_BYTES})
        if not _seats.acquire(timeout=DEADLINE_S):
            raise LookTooLong(output.name)
        try:
            said = subprocess.run(  # noqa: S603
                command,
                input=asked.encode(),
                capture_output=True,
                env=environment,
                cwd=folder,
                timeout=DEADLINE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise LookTooLong(output.name) from None
        finally:
            _seats.release()
    if said.returncode:
        raise LookTooMuch(output.name)
    answer = json.loads(said.stdout)
    if "error" in answer:
        raise LookFailed(f"{answer['error']['message']} {answer['error']['hint']}".strip())
    return cast(dict[str, Any], answer["found"])


@contextmanager
def _on_disk(output: Output) -> Iterator[Path]:
    """Give a folder with what says what the output is; never a model itself. Files that lie elsewhere are copied."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="studio-look-")))
        for name, row in output.parts.items():
            if name == store.MODEL_FILE:
                continue
            opened: Any = partial(get_store().open, row.key)
            source = SourceFile(row.path, row.size, opened, get_store().path_of(row.key))
            (folder / name).symlink_to(stack.enter_context(source.on_disk()).resolve())
        yield folder
