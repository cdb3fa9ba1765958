"""Amazon S3 and what speaks its protocol: MinIO, Ceph, Garage, R2. Credentials come from where boto3 looks for them."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any, ClassVar

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from storages.backends.s3 import S3Storage

from apps.core.storage.base import CHUNK_BYTES, Source, StoredEntry
from apps.core.storage.objects import ObjectStore

PART_BYTES = 16 * 2**20  # an upload has at most 10 000 parts, so this allows files of 160 GB


class S3Store(ObjectStore):
    """A store in the bucket ``bucket``."""

    failures: ClassVar[tuple[type[Exception], ...]] = (BotoCoreError, ClientError, Boto3Error)

    def __init__(self, bucket: str, prefix: str, *, endpoint_url: str | None = None, region: str | None = None) -> None:
        super().__init__(prefix)
        self._bucket = bucket
        self._transfer = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=4
        )
        config = Config(
            connect_timeout=5,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 3},
            max_pool_connections=50,
            # Checksums the newer protocol adds are not understood by all that speak the older one.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        storage = S3Storage(bucket_name=bucket, endpoint_url=endpoint_url, region_name=region, client_config=config)
        self._client: Any = storage.connection.meta.client  # clients, unlike resources, may be shared by threads

    def _status_of(self, error: Exception) -> int | None:
        if not isinstance(error, ClientError):
            return None
        status: int | None = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return status

    def _upload(self, name: str, source: Source) -> None:
        self._client.upload_fileobj(source, self._bucket, name, Config=self._transfer)

    def _download(self, name: str, start: int, end: int | None) -> Iterator[bytes]:
        asked = {} if (start, end) == (0, None) else {"Range": f"bytes={start}-{'' if end is None else end - 1}"}
        body = self._client.get_object(Bucket=self._bucket, Key=name, **asked)["Body"]
        return _pieces(body)

    def _measure(self, name: str) -> int:
        return int(self._client.head_object(Bucket=self._bucket, Key=name)["ContentLength"])

    def _remove(self, names: list[str]) -> None:
        answer = self._client.delete_objects(
            Bucket=self._bucket, Delete={"Objects": [{"Key": name} for name in names], "Quiet": True}
        )
        for failed in answer.get("Errors", []):
            raise ClientError({"Error": failed}, "DeleteObjects")

    def _find(self, stem: str) -> Iterator[StoredEntry]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=stem)
        for page in pages:
            for found in page.get("Contents", []):
                yield StoredEntry(found["Key"], found["Size"], found["LastModified"])


def _pieces(body: Any) -> Iterator[bytes]:
    with closing(body):
        yield from body.iter_chunks(CHUNK_BYTES)
