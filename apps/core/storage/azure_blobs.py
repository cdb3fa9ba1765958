"""Azure Blob Storage. Credentials: ``AZURE_STORAGE_CONNECTION_STRING``, the name Azure's own tools give it, or an identity."""

import os
from collections.abc import Iterator
from typing import Any, ClassVar

from azure.core.exceptions import AzureError, HttpResponseError
from azure.identity import DefaultAzureCredential
from storages.backends.azure_storage import AzureStorage

from apps.core.storage.base import Source, StoredEntry
from apps.core.storage.objects import ObjectStore
from studio.environment import ConfigurationError

BLOCK_BYTES = 4 * 2**20  # the client's; a file has at most 50 000 blocks, so this allows files of 200 GB


class AzureStore(ObjectStore):
    """A store in the container ``container``, of the account the connection string names, or else of ``account``."""

    failures: ClassVar[tuple[type[Exception], ...]] = (AzureError,)

    def __init__(self, container: str, prefix: str, *, account: str | None = None) -> None:
        super().__init__(prefix)
        if secret := os.environ.get("AZURE_STORAGE_CONNECTION_STRING"):
            storage = AzureStorage(azure_container=container, connection_string=secret)
        elif account:
            storage = AzureStorage(
                azure_container=container, account_name=account, token_credential=DefaultAzureCredential()
            )
        else:
            raise ConfigurationError(
                "STUDIO_STORAGE_URL names an Azure container without its account: add ?account=name to it, "
                "or set AZURE_STORAGE_CONNECTION_STRING."
            )
        self._container: Any = storage.client

    def _status_of(self, error: Exception) -> int | None:
        return error.status_code if isinstance(error, HttpResponseError) else None

    def _upload(self, name: str, source: Source) -> None:
        # A small file takes one request instead of two, and with an empty stream the client would wait for ever.
        start = source.peek(BLOCK_BYTES)
        contents = source if len(start) == BLOCK_BYTES else start
        self._container.upload_blob(name, contents, overwrite=True, max_concurrency=2)

    def _download(self, name: str, start: int, end: int | None) -> Iterator[bytes]:
        length = None if end is None else end - start
        chunks: Iterator[bytes] = self._container.download_blob(name, offset=start, length=length).chunks()
        return chunks

    def _measure(self, name: str) -> int:
        return int(self._container.get_blob_client(name).get_blob_properties().size)

    def _remove(self, names: list[str]) -> None:
        for answer in self._container.delete_blobs(*names, raise_on_any_failure=False):
            if answer.status_code not in {202, 404}:
                raise HttpResponseError(response=answer)

    def _find(self, stem: str) -> Iterator[StoredEntry]:
        for blob in self._container.list_blobs(name_starts_with=stem):
            yield StoredEntry(blob.name, blob.size, blob.last_modified)
