"""Where the studio keeps its files: one contract (``FileStore``) over a folder or a bucket.

``get_store()`` is what the rest of the studio uses; nobody outside this package knows what is behind it.
"""

from apps.core.storage.base import FileStore, StoredEntry, StoredFile, Usage
from apps.core.storage.digests import digest_of
from apps.core.storage.drafts import DraftGap, Drafts, drafts_of
from apps.core.storage.errors import FileMissing, InvalidKey, StorageFull, StorageUnavailable
from apps.core.storage.keys import check_key
from apps.core.storage.selection import get_store, open_store

__all__ = [
    "DraftGap",
    "Drafts",
    "FileMissing",
    "FileStore",
    "InvalidKey",
    "StorageFull",
    "StorageUnavailable",
    "StoredEntry",
    "StoredFile",
    "Usage",
    "check_key",
    "digest_of",
    "drafts_of",
    "get_store",
    "open_store",
]
