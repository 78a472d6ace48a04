"""Gap: the warehouse cannot read `gcs://`; here it reads through the storage server, with the real client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

from google.auth.credentials import AnonymousCredentials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DOWNLOADS_AT_ONCE = 4


class ObjectMissingError(LookupError):
    """No such object, or no such bucket."""


class ObjectReader:
    """The objects of a storage server, by `gcs://` URL."""

    def __init__(self, url: str) -> None:
        """Read from the storage server at URL."""
        self._url = url

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - the client is untyped
        # Half a second that only COPY INTO needs.
        from google.cloud import storage  # type: ignore[attr-defined]  # noqa: PLC0415

        return storage.Client(
            project="sandbox",
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
            client_options={"api_endpoint": self._url},
        )

    def below(self, url: str) -> list[str]:
        """Return the URLs that begin with URL, in order."""
        bucket, prefix = _parts(url)
        try:
            return [f"gcs://{bucket}/{blob.name}" for blob in self._client.list_blobs(bucket, prefix=prefix)]
        except _not_found() as error:
            raise ObjectMissingError(url) from error

    def fetch(self, places: Mapping[str, Path]) -> None:
        """Download objects, by URL, to their places."""
        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            list(pool.map(self._fetch, places.items()))

    def _fetch(self, wanted: tuple[str, Path]) -> None:
        url, place = wanted
        bucket, name = _parts(url)
        try:
            self._client.bucket(bucket).blob(name).download_to_filename(str(place), checksum="crc32c")
        except _not_found() as error:
            raise ObjectMissingError(url) from error


def _parts(url: str) -> tuple[str, str]:
    bucket, _, name = url.split("://", 1)[1].partition("/")
    return bucket, name


def _not_found() -> type[Exception]:
    from google.api_core.exceptions import NotFound  # noqa: PLC0415 - see above

    return NotFound
