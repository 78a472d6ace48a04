"""Objects as plain files: the content at <bucket>/<object name>, its metadata beside the buckets."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from sandbox.gcs.checksums import compare, hashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

METADATA = ".metadata"
OVERFLOW = ".overflow"
READABLE = " =-_.,+@()[]{}!$&'~;"
WRITABLE = frozenset(
    ("contentType", "contentEncoding", "contentDisposition", "contentLanguage", "cacheControl", "metadata")
)


class ObjectNotFoundError(LookupError):
    """No such object."""


class BucketNotFoundError(LookupError):
    """No such bucket."""


class BucketExistsError(Exception):
    """There is such a bucket already."""


class BucketNotEmptyError(Exception):
    """A bucket that is to be deleted holds objects."""


class PreconditionError(Exception):
    """A precondition of the request does not hold."""


class NotModifiedError(Exception):
    """A read that was wanted only if something had changed."""


@dataclass(frozen=True)
class Conditions:
    """The preconditions of a request; the generation of what is not there is 0."""

    matches: dict[str, int] = field(default_factory=dict)
    differs: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Conditions:
        """Return the preconditions in the parameters of a request."""
        names = ("Generation", "Metageneration")
        return cls(
            {name.lower(): int(query[f"if{name}Match"]) for name in names if f"if{name}Match" in query},
            {name.lower(): int(query[f"if{name}NotMatch"]) for name in names if f"if{name}NotMatch" in query},
        )

    def match(self, item: Mapping[str, str]) -> bool:
        """Tell whether what must be equal is."""
        return all(int(item[name]) == value for name, value in self.matches.items())

    def differ(self, item: Mapping[str, str]) -> bool:
        """Tell whether what must differ does."""
        return all(int(item[name]) != value for name, value in self.differs.items())


def writable(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of an object's metadata that a client may set."""
    return {name: value for name, value in given.items() if name in WRITABLE}


def _path(name: str) -> str:
    """Return a relative path that no name can lead out of its folder."""
    segments = [quote(segment, safe=READABLE) for segment in name.split("/")]
    return "/".join(s.replace(".", "%2E") if set(s) <= {"."} else s for s in segments)


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file so that a reader, or a crash, sees it whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.part")
    with temporary.open("wb") as file:
        file.writelines(pieces)
    temporary.replace(path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Store:
    """Buckets and objects of one folder; every change holds the lock."""

    def __init__(self, folder: Path) -> None:
        """Read the metadata of what is there."""
        self._folder = folder
        self._lock = threading.Lock()
        self._last_generation = 0
        self._objects: dict[str, dict[str, dict[str, Any]]] = {}
        self._files: dict[tuple[str, str], str] = {}
        (folder / METADATA).mkdir(parents=True, exist_ok=True)
        for bucket in sorted(path for path in (folder / METADATA).iterdir() if path.is_dir()):
            self._objects[bucket.name] = {}
            for record in bucket.glob("*.json"):
                self._restore(bucket.name, json.loads(record.read_text(encoding="utf-8")))

    def _restore(self, bucket: str, record: dict[str, Any]) -> None:
        """Take an object up; one whose new content a crash parted from its metadata is measured again."""
        item, file = record["item"], self._folder / record["file"]
        if not file.exists():
            return
        if file.stat().st_mtime_ns != record["written"]:
            item = {**item, **hashes([file.read_bytes()]), "generation": str(int(item["generation"]) + 1)}
        self._objects[bucket][item["name"]] = item
        self._files[bucket, item["name"]] = record["file"]

    def create_bucket(self, bucket: str, *, exist_ok: bool = False) -> None:
        """Create a bucket."""
        with self._lock:
            if bucket in self._objects:
                if exist_ok:
                    return
                raise BucketExistsError
            (self._folder / METADATA / _path(bucket)).mkdir(parents=True, exist_ok=True)
            (self._folder / _path(bucket)).mkdir(parents=True, exist_ok=True)
            self._objects[bucket] = {}

    def delete_bucket(self, bucket: str) -> None:
        """Delete a bucket that is empty."""
        with self._lock:
            if self._bucket(bucket):
                raise BucketNotEmptyError
            del self._objects[bucket]
            (self._folder / METADATA / _path(bucket)).rmdir()

    def buckets(self) -> list[str]:
        """Return the names of the buckets."""
        return sorted(self._objects)

    def objects(self, bucket: str) -> dict[str, dict[str, Any]]:
        """Return a bucket's metadata by object name, in the order of the names."""
        with self._lock:
            return dict(sorted(self._bucket(bucket).items()))

    def metadata(self, bucket: str, name: str) -> dict[str, Any]:
        """Return the metadata of an object."""
        try:
            return self._bucket(bucket)[name]
        except KeyError:
            raise _no_such_object(bucket, name) from None

    def read(self, bucket: str, name: str, conditions: Conditions, generation: str | None) -> dict[str, Any]:
        """Return the metadata of an object whose preconditions for reading hold."""
        item = self.metadata(bucket, name)
        if generation is not None and item["generation"] != generation:
            raise _no_such_object(bucket, f"{name}#{generation}")
        if not conditions.match(item):
            raise PreconditionError
        if not conditions.differ(item):
            raise NotModifiedError
        return item

    def open(self, bucket: str, name: str) -> BinaryIO:
        """Open the content of an object; it stays as it is, whatever is written meanwhile."""
        self.metadata(bucket, name)
        return (self._folder / self._files[bucket, name]).open("rb")

    def content(self, bucket: str, name: str) -> bytes:
        """Return the bytes of an object."""
        with self.open(bucket, name) as file:
            return file.read()

    def check(self, bucket: str, name: str, conditions: Conditions) -> None:
        """Raise where the preconditions for writing do not hold."""
        item = self._bucket(bucket).get(name, {"generation": "0", "metageneration": "0"})
        if not (conditions.match(item) and conditions.differ(item)):
            raise PreconditionError

    def write(
        self,
        bucket: str,
        name: str,
        pieces: Sequence[bytes],
        *,
        given: dict[str, Any],
        conditions: Conditions,
    ) -> dict[str, Any]:
        """Write an object where the preconditions and given checksums hold; return its metadata."""
        found = hashes(pieces)
        compare(given, found)
        with self._lock:
            self.check(bucket, name, conditions)
            generation = self._next_generation()
            now = _now()
            item = {
                "kind": "storage#object",
                "contentType": "application/octet-stream",
                **given,
                **found,
                "id": f"{bucket}/{name}/{generation}",
                "name": name,
                "bucket": bucket,
                "generation": str(generation),
                "metageneration": "1",
                "etag": f"{generation:x}",
                "storageClass": "STANDARD",
                "timeCreated": now,
                "updated": now,
            }
            self._files[bucket, name] = self._place(bucket, name, pieces)
            self._keep(item)
            return item

    def update(self, bucket: str, name: str, given: dict[str, Any], conditions: Conditions) -> dict[str, Any]:
        """Change the metadata that a user may change."""
        with self._lock:
            item = self.metadata(bucket, name)
            self.check(bucket, name, conditions)
            item = {**item, **given, "updated": _now()}
            item["metageneration"] = str(int(item["metageneration"]) + 1)
            self._keep(item)
            return item

    def delete(self, bucket: str, name: str, conditions: Conditions) -> None:
        """Delete an object where the preconditions hold."""
        with self._lock:
            self.metadata(bucket, name)
            self.check(bucket, name, conditions)
            del self._objects[bucket][name]
            self._metadata_path(bucket, name).unlink(missing_ok=True)
            (self._folder / self._files.pop((bucket, name))).unlink(missing_ok=True)

    def _bucket(self, bucket: str) -> dict[str, dict[str, Any]]:
        try:
            return self._objects[bucket]
        except KeyError:
            raise BucketNotFoundError(bucket) from None

    def _next_generation(self) -> int:
        self._last_generation = max(self._last_generation + 1, time.time_ns() // 1000)
        return self._last_generation

    def _place(self, bucket: str, name: str, pieces: Sequence[bytes]) -> str:
        """Write the content; return where. A name that cannot be a path beside the others has a digest."""
        path = self._files.get((bucket, name)) or f"{_path(bucket)}/{_path(name)}"
        is_path = not path.endswith("/") and "//" not in path
        try:
            if is_path:
                _write(self._folder / path, pieces)
                return path
        except OSError:  # an object beside it has the name of its folder, or it the name of theirs; too long
            pass
        path = f"{OVERFLOW}/{_path(bucket)}/{_digest(name)}"
        _write(self._folder / path, pieces)
        return path

    def _metadata_path(self, bucket: str, name: str) -> Path:
        return self._folder / METADATA / _path(bucket) / f"{_digest(name)}.json"

    def _keep(self, item: dict[str, Any]) -> None:
        bucket, name = item["bucket"], item["name"]
        file = self._files[bucket, name]
        written = (self._folder / file).stat().st_mtime_ns
        record = {"item": item, "file": file, "written": written}
        _write(self._metadata_path(bucket, name), [json.dumps(record).encode()])
        self._objects[bucket][name] = item


def _no_such_object(bucket: str, name: str) -> ObjectNotFoundError:
    return ObjectNotFoundError(f"{bucket}/{name}")


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
