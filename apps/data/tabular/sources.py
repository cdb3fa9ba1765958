"""A file as tables are read from it."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from apps.data.tabular.faults import TooLargeToLook

LARGEST_COPY_BYTES: Final = 2**30


@dataclass(frozen=True)
class SourceFile:
    """A file: its path within the dataset, its size in bytes, how to read bytes ``start`` up to ``end``, and where it lies on
    this machine, if it does."""

    path: str
    size: int
    open: Callable[[int, int | None], Iterator[bytes]]
    local: Path | None = None

    def head(self, size: int) -> bytes:
        """Return the first ``size`` bytes."""
        return b"".join(self.open(0, size)) if self.size else b""

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """Give a path to the file, for libraries that jump within it: its own, or that of a copy that is gone after.

        Raises:
            TooLargeToLook: it lies elsewhere, and is too large to be copied.
        """
        if self.local is not None:
            yield self.local
            return
        if self.size > LARGEST_COPY_BYTES:
            raise TooLargeToLook(self.path, LARGEST_COPY_BYTES)
        descriptor, name = tempfile.mkstemp(prefix="studio-table-")
        try:
            with open(descriptor, "wb") as file:
                for chunk in self.open(0, None):
                    file.write(chunk)
            yield Path(name)
        finally:
            os.unlink(name)
