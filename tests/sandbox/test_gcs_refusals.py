"""What Google Cloud Storage refuses, as any client sees it on the wire."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

import google_crc32c
import pytest
import requests

if TYPE_CHECKING:
    from google.cloud import storage  # type: ignore[attr-defined]
    from sandbox.servers import Server

UNIT = 256 * 1024


def crc32c(content: bytes) -> str:
    """Return a checksum as GCS writes it."""
    return base64.b64encode(google_crc32c.value(content).to_bytes(4, "big")).decode()


def md5(content: bytes) -> str:
    """Return a checksum as GCS writes it."""
    return base64.b64encode(hashlib.md5(content).digest()).decode()  # noqa: S324 - GCS says so


class Wire:
    """Requests for a bucket."""

    def __init__(self, server: Server, bucket: str) -> None:
        """Ask a server about a bucket."""
        self._url, self.bucket = server.url, bucket

    def media(self, name: str, content: bytes, **headers: str) -> requests.Response:
        """Upload an object in one part."""
        return self._post(content, headers, uploadType="media", name=name)

    def multipart(self, metadata: dict[str, Any], content: bytes) -> requests.Response:
        """Upload an object after its metadata."""
        parts = [b"Content-Type: application/json\r\n\r\n" + json.dumps(metadata).encode()]
        parts += [b"Content-Type: text/plain\r\n\r\n" + content]
        body = b"".join(b"--=b=\r\n" + part + b"\r\n" for part in parts) + b"--=b=--"
        headers = {"Content-Type": 'multipart/related; boundary="=b="'}
        return self._post(body, headers, uploadType="multipart")

    def begin(self, metadata: dict[str, Any]) -> requests.Response:
        """Begin a resumable upload."""
        return self._post(json.dumps(metadata).encode(), {}, uploadType="resumable")

    def start(self, name: str, **metadata: str) -> str:
        """Return the address of a resumable upload."""
        return self.begin({"name": name, **metadata}).headers["location"]

    def names(self) -> list[str]:
        """Return the names of all objects."""
        return [item["name"] for item in self.listing().json().get("items", [])]

    def listing(self, **query: str) -> requests.Response:
        """List the objects."""
        return requests.get(f"{self._url}/storage/v1/b/{self.bucket}/o", params=query, timeout=10)

    def post(self, path: str, **body: Any) -> requests.Response:
        """Let something be done with objects."""
        return requests.post(f"{self._url}/storage/v1/b/{self.bucket}/o/{path}", json=body, timeout=10)

    def _post(self, body: bytes, headers: dict[str, str], **query: str) -> requests.Response:
        address = f"{self._url}/upload/storage/v1/b/{self.bucket}/o"
        return requests.post(address, params=query, data=body, headers=headers, timeout=10)


def put(address: str, content: bytes, content_range: str, **headers: str) -> requests.Response:
    """Send a part of a resumable upload."""
    headers["Content-Range"] = content_range
    return requests.put(address, data=content, headers=headers, timeout=10)


def refusal(response: requests.Response) -> tuple[int, str]:
    """Return status and reason of an error."""
    return response.status_code, response.json()["error"]["errors"][0]["reason"]


@pytest.fixture
def wire(gcs: Server, bucket: storage.Bucket) -> Wire:
    """Return a bucket on the wire."""
    return Wire(gcs, bucket.name)


def test_an_upload_has_the_checksums_that_it_states(wire: Wire) -> None:
    """Of another, in a header or in the metadata, by each kind of upload, nothing is stored."""
    right, wrong = {"crc32c": crc32c(b"rows"), "md5Hash": md5(b"rows")}, b"row5"
    header = f"crc32c={right['crc32c']},md5={right['md5Hash']}"
    for stated in ({"crc32c": right["crc32c"]}, {"md5Hash": right["md5Hash"]}):
        assert refusal(wire.multipart({"name": "x", **stated}, wrong)) == (400, "invalid")
        assert refusal(put(wire.start("x", **stated), wrong, "bytes 0-3/4")) == (400, "invalid")
    assert refusal(wire.media("x", wrong, **{"x-goog-hash": header})) == (400, "invalid")
    response = put(wire.start("x"), wrong, "bytes 0-3/4", **{"X-Goog-Hash": f"md5={right['md5Hash']}"})
    assert response.json()["error"]["message"] == (
        f'Provided MD5 hash "{right["md5Hash"]}" doesn\'t match calculated MD5 hash "{md5(wrong)}".'
    )
    assert wire.names() == []
    assert wire.media("a", b"rows", **{"x-goog-hash": header}).ok
    assert wire.multipart({"name": "b", **right}, b"rows").ok
    assert put(wire.start("c", **right), b"rows", "bytes 0-3/4", **{"x-goog-hash": header}).ok
    assert wire.names() == ["a", "b", "c"]


def test_a_part_that_is_not_the_last_has_256_kib_at_least(wire: Wire) -> None:
    """A smaller one is refused; of a larger one, whole multiples are kept, and the answer says how many."""
    address = wire.start("x")
    assert put(address, b"x" * (UNIT - 1), f"bytes 0-{UNIT - 2}/*").status_code == 400
    assert put(address, b"x" * (UNIT - 1), f"bytes 0-{UNIT - 2}/{UNIT}").status_code == 400
    response = put(address, b"x" * (UNIT + 10), f"bytes 0-{UNIT + 9}/*")
    assert (response.status_code, response.headers["range"]) == (308, f"bytes=0-{UNIT - 1}")
    assert put(address, b"y", f"bytes {UNIT}-{UNIT}/{UNIT + 1}").json()["size"] == str(UNIT + 1)


def test_a_part_that_leaves_a_gap_is_not_taken(wire: Wire) -> None:
    """The client is to ask how far the upload got."""
    address = wire.start("x")
    assert put(address, b"x" * UNIT, f"bytes {UNIT}-{2 * UNIT - 1}/*").status_code == 503
    response = put(address, b"", "bytes */*")
    assert response.status_code == 308
    assert "range" not in response.headers


def test_bytes_that_have_arrived_before_are_ignored(wire: Wire) -> None:
    """The first ones count, whatever a part that overlaps them holds."""
    address = wire.start("x")
    put(address, b"a" * UNIT, f"bytes 0-{UNIT - 1}/*")
    stored = put(address, b"b" * (UNIT + 1), f"bytes 0-{UNIT}/{UNIT + 1}").json()
    assert stored["crc32c"] == crc32c(b"a" * UNIT + b"b")


@pytest.mark.parametrize("content_range", ["bytes 0-9/*", "bytes 0-4/4", "bytes */5", "0-4/5", "bytes 0-x/5"])
def test_a_part_is_what_its_range_says(wire: Wire, content_range: str) -> None:
    """Five bytes are no ten, and an object of four has no fifth."""
    assert put(wire.start("x"), b"12345", content_range).status_code == 400


def test_an_upload_is_not_shorter_than_what_has_arrived(wire: Wire) -> None:
    """A total that is smaller does not end it."""
    address = wire.start("x")
    put(address, b"a" * UNIT, f"bytes 0-{UNIT - 1}/*")
    assert put(address, b"", "bytes */10").status_code == 400
    assert wire.names() == []


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a\rb", "a\nb", ".well-known/acme-challenge/x", "x" * 1025, "ü" * 513, "\ud800"],
    ids=["empty", "dot", "dots", "CR", "LF", "acme", "long", "long in UTF-8", "half a character"],
)
def test_no_object_is_called_so(wire: Wire, name: str) -> None:
    """By no kind of upload, nor by a copy."""
    wire.media("source", b"1")
    assert refusal(wire.multipart({"name": name}, b"1")) == (400, "invalid")
    assert refusal(wire.begin({"name": name})) == (400, "invalid")
    if name.isascii() and name not in {"", ".", "..", "a\nb"}:  # which no address here has
        target = name.replace("\r", "%0D").replace("/", "%2F")
        assert refusal(wire.post(f"source/copyTo/b/{wire.bucket}/o/{target}")) == (400, "invalid")
        composed = wire.post(f"{target}/compose", sourceObjects=[{"name": "source"}])
        assert refusal(composed) == (400, "invalid")
    assert wire.names() == ["source"]


def test_an_object_without_a_name_is_refused(wire: Wire) -> None:
    """It is not called anything."""
    assert refusal(wire.begin({})) == (400, "invalid")


@pytest.mark.parametrize(
    "name", ["x" * 1024, "...", "..a", "well-known/acme-challenge/x", "a\tb"], ids=range(5)
)
def test_an_object_may_be_called_so(wire: Wire, name: str) -> None:
    """Which is nearly what it may not be called."""
    assert wire.multipart({"name": name}, b"1").ok
    assert wire.names() == [name]


@pytest.mark.parametrize("token", ["a", "YQ==", "garbage", "CgJh", "💥"])
def test_a_page_token_is_one_that_a_page_ended_with(wire: Wire, token: str) -> None:
    """Not the name of an object, and not what was cut off."""
    for name in "abc":
        wire.media(name, b"1")
    assert refusal(wire.listing(pageToken=token)) == (400, "invalid")


def test_a_page_token_tells_nothing_but_where_to_go_on(wire: Wire) -> None:
    """Names of any length come once each."""
    wanted = ["a", "b" * 127, "c" * 128, "d" * 1024, "ü"]
    for name in wanted:
        wire.media(name, b"1")
    found: list[str] = []
    token = ""
    while not found or token:
        page = wire.listing(maxResults="1", pageToken=token).json()
        found += [item["name"] for item in page["items"]]
        token = page.get("nextPageToken", "")
    assert found == wanted
