"""Google Cloud Storage. Credentials are the machine's default ones, see ``GOOGLE_APPLICATION_CREDENTIALS``."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar

from google.api_core.exceptions import GoogleAPICallError, GoogleAPIError, NotFound
from google.auth.exceptions import GoogleAuthError
from requests import RequestException
from storages.backends.gcloud import GoogleCloudStorage

from apps.core.storage.base import Source, StoredEntry
from apps.core.storage.objects import ObjectStore

PIECE_BYTES = 4 * 2**20  # each piece is a request of its own


class GoogleStore(ObjectStore):
    """A store in the bucket ``bucket``."""

    failures: ClassVar[tuple[type[Exception], ...]] = (GoogleAPIError, GoogleAuthError, RequestException)

    def __init__(self, bucket: str, prefix: str) -> None:
        super().__init__(prefix)
        self._storage = GoogleCloudStorage(bucket_name=bucket)

    @cached_property
    def _bucket(self) -> Any:
        return self._storage.bucket  # looks for credentials, which may fail

    def _status_of(self, error: Exception) -> int | None:
        return int(error.code) if isinstance(error, GoogleAPICallError) and error.code else None

    def _upload(self, name: str, source: Source) -> None:
        self._bucket.blob(name).upload_from_file(source)

    def _download(self, name: str, start: int, end: int | None) -> Iterator[bytes]:
        blob = self._bucket.get_blob(name)
        if blob is None:
            raise NotFound(name)
        return _pieces(blob, start, blob.size if end is None else min(end, blob.size))

    def _measure(self, name: str) -> int:
        blob = self._bucket.get_blob(name)
        if blob is None:
            raise NotFound(name)
        return int(blob.size)

    def _remove(self, names: list[str]) -> None:
        self._bucket.delete_blobs(names, on_error=lambda _missing: None)

    def _find(self, stem: str) -> Iterator[StoredEntry]:
        for blob in self._bucket.list_blobs(prefix=stem):
            yield StoredEntry(blob.name, blob.size, blob.updated)


def _pieces(blob: Any, start: int, end: int) -> Iterator[bytes]:
    while start < end:
        stop = min(start + PIECE_BYTES, end)
        # The generation keeps out bytes of a newer file; ``raw`` those a server would unpack on the way.
        yield blob.download_as_bytes(start=start, end=stop - 1, if_generation_match=blob.generation, raw_download=True)
        start = stop
