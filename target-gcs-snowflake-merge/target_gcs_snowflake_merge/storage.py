"""The lake: objects in a bucket of Google Cloud Storage."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import google_crc32c
import pyarrow as pa
import pyarrow.parquet as pq
import requests
from google.api_core import exceptions as api
from google.auth import exceptions as auth
from google.cloud import storage  # type: ignore[attr-defined]
from google.cloud.storage.exceptions import DataCorruption  # type: ignore[import-untyped]
from google.cloud.storage.retry import DEFAULT_RETRY  # type: ignore[import-untyped]

from target_gcs_snowflake_merge.errors import FatalLoadError, LoaderError, RetryableLoadError, SettingsError

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

CHUNK_BYTES = 8 * 1024 * 1024  # what an upload holds in memory
TIMEOUT_SECONDS = 60
FOOTER_BYTES = 256 * 1024  # what is read at a time for the end of a file
OWNER = "ledger"
ERRORS = (api.GoogleAPIError, auth.GoogleAuthError, requests.RequestException, DataCorruption)
CLIENT_RETRY = DEFAULT_RETRY.with_timeout(20.0)


@dataclass(frozen=True)
class Object:
    """An object of the lake, by its name relative to the folder."""

    name: str
    created: dt.datetime
    is_ours: bool


class Lake:
    """Reads and writes objects below one folder of a bucket."""

    def __init__(self, bucket: str, folder: str, owner: str) -> None:
        """Make a client with the credentials of the environment; OWNER marks what this warehouse wrote."""
        self._folder = folder
        self._owner = owner
        self._name = bucket
        try:
            # No project: a person's login often has none, and only making or listing buckets needs one.
            self._bucket = storage.Client(project=None).bucket(bucket)
        except auth.GoogleAuthError as error:
            raise self._translate(error) from error
        except OSError as error:
            message = f"The Google credentials cannot be read: {error}"
            raise SettingsError(message) from error

    def check(self) -> None:
        """Raise `SettingsError` when the bucket does not exist or the credentials do not open it."""
        try:
            exists = self._bucket.exists(retry=CLIENT_RETRY, timeout=TIMEOUT_SECONDS)
        except api.Forbidden:
            return  # a role that only writes objects may not look at the bucket
        except ERRORS as error:
            raise self._translate(error) from error
        if not exists:
            message = f"The bucket {self._name!r} does not exist: create it or correct the setting bucket."
            raise SettingsError(message)

    def upload(self, path: Path, name: str) -> None:
        """Write a new object; one that is there already, with the same content, is this very object."""
        blob = self._bucket.blob(self._folder + name, chunk_size=CHUNK_BYTES)
        blob.metadata = {OWNER: self._owner}
        try:
            blob.upload_from_filename(
                str(path),
                content_type="application/vnd.apache.parquet",
                if_generation_match=0,
                checksum="crc32c",
                timeout=TIMEOUT_SECONDS,
                retry=CLIENT_RETRY,
            )
        except api.PreconditionFailed:
            self._require_same(blob, path)
        except api.NotFound as error:  # the bucket was there: it is the session of the upload
            message = f"Google Cloud Storage has lost an upload to the bucket {self._name!r}."
            raise RetryableLoadError(message) from error
        except (*ERRORS, ValueError) as error:  # ValueError: less of a chunk was kept than was sent
            raise self._translate(error) from error

    def list(self, prefix: str) -> list[Object]:
        """Return the objects whose names begin so, in the order of their names."""
        try:
            blobs = self._bucket.list_blobs(
                prefix=self._folder + prefix, timeout=TIMEOUT_SECONDS, retry=CLIENT_RETRY
            )
            return [
                Object(
                    blob.name.removeprefix(self._folder),
                    blob.time_created,
                    (blob.metadata or {}).get(OWNER) == self._owner,
                )
                for blob in blobs
            ]
        except ERRORS as error:
            raise self._translate(error) from error

    def describe(self, name: str) -> tuple[pa.Schema, int]:
        """Return the schema of a Parquet file and how many rows it has, from the end of the object."""
        blob = self._bucket.blob(self._folder + name)
        try:
            with blob.open("rb", chunk_size=FOOTER_BYTES, timeout=TIMEOUT_SECONDS) as file:
                parquet = pq.ParquetFile(file)
                return parquet.schema_arrow, parquet.metadata.num_rows
        except ERRORS as error:
            raise self._translate(error) from error
        except pa.ArrowException as error:
            message = f"gs://{self._name}/{blob.name} is no Parquet file: {error}"
            raise FatalLoadError(message) from error

    def delete(self, name: str) -> None:
        """Delete an object; one that is gone already is no error."""
        try:
            self._bucket.blob(self._folder + name).delete(timeout=TIMEOUT_SECONDS, retry=CLIENT_RETRY)
        except api.NotFound:
            return
        except ERRORS as error:
            raise self._translate(error) from error

    def _require_same(self, blob: storage.Blob, path: Path) -> None:
        try:
            blob.reload(timeout=TIMEOUT_SECONDS, retry=CLIENT_RETRY)
        except ERRORS as error:
            raise self._translate(error) from error
        if blob.crc32c != crc32c(path):
            message = f"gs://{self._name}/{blob.name} exists already with another content."
            raise FatalLoadError(message)

    def _translate(self, error: Exception) -> LoaderError:
        place = f"the bucket {self._name!r}"
        if isinstance(error, auth.TransportError | auth.RefreshError) and error.retryable:
            return RetryableLoadError(f"Google's login does not answer for {place}.")
        if isinstance(error, auth.GoogleAuthError):
            return SettingsError(
                f"No valid Google credentials for {place}: run `gcloud auth application-default login`"
                " or set GOOGLE_APPLICATION_CREDENTIALS."
            )
        if isinstance(error, api.NotFound):
            return FatalLoadError(f"Google Cloud Storage does not find {place}.")
        if isinstance(error, api.Forbidden | api.Unauthorized):
            return FatalLoadError(
                f"The Google credentials may not write to {place}: grant roles/storage.objectUser on it."
            )
        if isinstance(error, api.ClientError) and not isinstance(error, api.TooManyRequests):
            return FatalLoadError(f"Google Cloud Storage refused a request for {place}: {error.message}")
        return RetryableLoadError(
            f"Google Cloud Storage does not answer for {place} ({type(error).__name__})."
        )


def crc32c(path: Path) -> str:
    """Return the checksum of a file as Google Cloud Storage writes it."""
    checksum: Any = google_crc32c.Checksum()  # type: ignore[no-untyped-call]
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            checksum.update(chunk)
    return base64.b64encode(checksum.digest()).decode()
