"""Which store ``STUDIO_STORAGE_URL`` means."""

import importlib
from functools import lru_cache
from pathlib import Path
from typing import Final, cast
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.conf import settings

from apps.core.storage.base import FileStore
from apps.core.storage.errors import InvalidKey
from apps.core.storage.keys import check_key
from apps.core.storage.local import LocalStore
from studio.environment import ConfigurationError

# Scheme: module, class, options a URL may have, what to install, and the extra that installs it.
CLOUDS: Final[dict[str, tuple[str, str, set[str], str, str]]] = {
    "s3": ("s3", "S3Store", {"endpoint_url", "region"}, "boto3", "s3"),
    "azblob": ("azure_blobs", "AzureStore", {"account"}, "azure-storage-blob and azure-identity", "azure"),
    "gs": ("google_cloud", "GoogleStore", set(), "google-cloud-storage", "gcs"),
}
EXAMPLES: Final = (
    "file:///srv/studio, s3://bucket/folder?region=eu-west-1, s3://bucket?endpoint_url=https://minio.example.com, "
    "azblob://container?account=name or gs://bucket/folder"
)


def get_store() -> FileStore:
    """Return the studio's file store. Clouds are not contacted yet, but a wrong ``STUDIO_STORAGE_URL`` shows here.

    Raises:
        ConfigurationError: see ``open_store``.
    """
    return open_store(settings.STUDIO.storage_url)


@lru_cache(maxsize=8)
def open_store(url: str) -> FileStore:
    """Return the store a URL names; the same object for the same URL.

    Raises:
        ConfigurationError: it names none, or what it needs is not installed. One sentence, for the administrator.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:  # not repeated, since what stands there is a secret
        raise ConfigurationError(
            "STUDIO_STORAGE_URL contains credentials; give them the way the provider's own tools take them."
        )
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path and not parts.query:
        return _folder(Path(unquote(parts.path)))
    if parts.scheme in CLOUDS and parts.netloc:
        return _bucket(parts)
    raise ConfigurationError(f"STUDIO_STORAGE_URL is {url!r}, but must be an address such as {EXAMPLES}.")


def _folder(path: Path) -> FileStore:
    try:
        return LocalStore(path)
    except OSError as error:
        raise ConfigurationError(
            f"STUDIO_STORAGE_URL names the folder {path}, which cannot be used: {error.strerror}."
        ) from error


def _bucket(parts: SplitResult) -> FileStore:
    module, name, allowed, packages, extra = CLOUDS[parts.scheme]
    options = dict(parse_qsl(parts.query))
    prefix = parts.path.strip("/")
    try:
        if prefix:
            check_key(prefix)
        unknown = "&".join(sorted(set(options) - allowed))
        if unknown:
            raise ConfigurationError(f"STUDIO_STORAGE_URL has options that {parts.scheme}:// does not know: {unknown}.")
        store = getattr(importlib.import_module(f"apps.core.storage.{module}"), name)
    except InvalidKey as error:
        raise ConfigurationError(f"STUDIO_STORAGE_URL names a folder that cannot be used. {error}") from error
    except ImportError as error:
        raise ConfigurationError(
            f"STUDIO_STORAGE_URL begins with {parts.scheme}://, for which the studio needs {packages}: "
            f"install its extra {extra!r}."
        ) from error
    return cast("FileStore", store(parts.netloc, prefix, **options))
