"""One name for what a set of files holds."""

import hashlib
from collections.abc import Iterable


def digest_of(files: Iterable[tuple[str, str]]) -> str:
    """Return the SHA-256, in hex, over paths and contents, so that the same data has the same one.

    Args: files: path and SHA-256 (hex) of each file, in any order.
    """
    digest = hashlib.sha256()
    for path, sha256 in sorted(files):
        digest.update(f"{path}\0{sha256}\n".encode())
    return digest.hexdigest()
