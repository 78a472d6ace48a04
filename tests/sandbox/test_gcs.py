"""Google Cloud Storage's behaviour, as the real client sees it."""

from __future__ import annotations

import base64
import hashlib
import io
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests
from google.api_core.exceptions import Conflict, NotFound, PreconditionFailed
from sandbox.servers import serve_gcs

from .conftest import storage_client

if TYPE_CHECKING:
    from pathlib import Path

    from google.cloud import storage  # type: ignore[attr-defined]
    from sandbox.servers import Server

CHUNK = 256 * 1024


def names(found: Any) -> list[str]:
    """Return the names of listed objects."""
    return [blob.name for blob in found]


def test_an_object_comes_back_as_it_went(bucket: storage.Bucket) -> None:
    """Content, type, size and checksums survive; the generation is set."""
    content = bytes(range(256)) * 10
    bucket.blob("a/b.bin").upload_from_string(content, content_type="application/x-test")
    blob = bucket.get_blob("a/b.bin")
    assert blob.download_as_bytes(checksum="crc32c") == content
    assert blob.download_as_bytes(checksum="md5") == content
    assert (blob.size, blob.content_type) == (len(content), "application/x-test")
    assert blob.md5_hash == base64.b64encode(hashlib.md5(content).digest()).decode()  # noqa: S324 - GCS says so
    assert blob.generation > 0
    assert blob.metageneration == 1


def test_a_large_upload_goes_in_chunks(bucket: storage.Bucket) -> None:
    """A resumable upload of several chunks is whole."""
    content = bytes(range(251)) * 6000
    bucket.blob("big", chunk_size=CHUNK).upload_from_file(io.BytesIO(content), size=len(content))
    assert bucket.blob("big").download_as_bytes() == content


def test_a_chunk_that_failed_is_resumed(gcs: Server, bucket: storage.Bucket) -> None:
    """After a 503 in mid-upload the client asks how far it got and goes on from there."""
    content = bytes(range(251)) * 6000
    gcs.add_fault(path="/upload/", method="PUT", nth=3, status=503)
    bucket.blob("big", chunk_size=CHUNK).upload_from_file(
        io.BytesIO(content), size=len(content), if_generation_match=0
    )
    assert bucket.blob("big").download_as_bytes() == content


def test_a_resumable_upload_of_unknown_size_ends_with_its_last_chunk(bucket: storage.Bucket) -> None:
    """The total is told by the last chunk only."""
    with bucket.blob("stream").open("wb", chunk_size=CHUNK) as stream:
        for _ in range(5):
            stream.write(b"x" * 100_000)
    assert bucket.blob("stream").download_as_bytes() == b"x" * 500_000


def test_an_empty_object_is_an_object(bucket: storage.Bucket) -> None:
    """Zero bytes come back as zero bytes, by both kinds of upload."""
    bucket.blob("empty").upload_from_string(b"")
    bucket.blob("empty-stream", chunk_size=CHUNK).upload_from_file(io.BytesIO(b""))
    assert bucket.blob("empty").download_as_bytes() == b""
    assert bucket.get_blob("empty-stream").size == 0


def test_a_file_is_uploaded_and_downloaded(bucket: storage.Bucket, tmp_path: Path) -> None:
    """Files go both ways."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"some bytes")
    bucket.blob("file").upload_from_filename(str(source), if_generation_match=0)
    bucket.blob("file").download_to_filename(str(target))
    assert target.read_bytes() == b"some bytes"


def test_a_range_is_a_part(bucket: storage.Bucket) -> None:
    """Start and end are inclusive, as in HTTP."""
    bucket.blob("digits").upload_from_string(b"0123456789")
    assert bucket.blob("digits").download_as_bytes(start=2, end=4, raw_download=True) == b"234"
    assert bucket.blob("digits").download_as_bytes(start=7, raw_download=True) == b"789"


def test_generation_zero_means_that_there_must_be_none(bucket: storage.Bucket) -> None:
    """The first write with ifGenerationMatch=0 succeeds, the second answers 412 and changes nothing."""
    bucket.blob("once").upload_from_string(b"1", if_generation_match=0)
    with pytest.raises(PreconditionFailed) as caught:
        bucket.blob("once").upload_from_string(b"2", if_generation_match=0)
    assert caught.value.response.json()["error"]["errors"][0]["reason"] == "conditionNotMet"
    assert bucket.blob("once").download_as_bytes() == b"1"


def test_a_write_can_be_bound_to_a_generation(bucket: storage.Bucket) -> None:
    """An old generation does not match; a new one is larger than the old."""
    bucket.blob("x").upload_from_string(b"1")
    old = bucket.get_blob("x").generation
    bucket.blob("x").upload_from_string(b"2", if_generation_match=old)
    assert bucket.get_blob("x").generation > old
    with pytest.raises(PreconditionFailed):
        bucket.blob("x").upload_from_string(b"3", if_generation_match=old)
    with pytest.raises(PreconditionFailed):
        bucket.blob("x").delete(if_generation_match=old)


def test_a_resumable_upload_checks_its_precondition(bucket: storage.Bucket) -> None:
    """The precondition of a resumable upload holds, too."""
    bucket.blob("x").upload_from_string(b"1")
    with pytest.raises(PreconditionFailed):
        bucket.blob("x", chunk_size=CHUNK).upload_from_file(io.BytesIO(b"2"), if_generation_match=0)


def test_of_many_writers_one_creates_the_object(gcs: Server, bucket: storage.Bucket) -> None:
    """With ifGenerationMatch=0 exactly one of many concurrent uploads wins."""

    def upload(number: int) -> bool:
        client = storage_client(gcs)
        try:
            client.bucket(bucket.name).blob("race").upload_from_string(str(number), if_generation_match=0)
        except PreconditionFailed:
            return False
        finally:
            client.close()
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(upload, range(8))) == 1


def test_reads_can_be_bound_to_a_generation(bucket: storage.Bucket) -> None:
    """A read of a generation that is not the current one fails as on GCS."""
    bucket.blob("x").upload_from_string(b"1")
    current = bucket.get_blob("x").generation
    assert bucket.blob("x").download_as_bytes(if_generation_match=current) == b"1"
    with pytest.raises(PreconditionFailed):
        bucket.blob("x").download_as_bytes(if_generation_match=current + 1)
    with pytest.raises(NotFound):
        bucket.blob("x", generation=current + 1).download_as_bytes()


def test_what_is_not_there_is_not_found(gcs: Server, bucket: storage.Bucket) -> None:
    """A missing object and a missing bucket answer 404 with GCS's JSON."""
    assert bucket.get_blob("none") is None
    with pytest.raises(NotFound, match="No such object"):
        bucket.blob("none").download_as_bytes()
    with pytest.raises(NotFound):
        bucket.blob("none").delete()
    nowhere = storage_client(gcs).bucket("no-such-bucket")
    assert not nowhere.exists()
    with pytest.raises(NotFound, match="bucket does not exist"):
        nowhere.blob("x").upload_from_string(b"1")
    with pytest.raises(NotFound):
        list(nowhere.list_blobs())
    error = requests.get(f"{gcs.url}/storage/v1/b/no-such-bucket", timeout=10).json()["error"]
    assert (error["code"], error["errors"][0]["reason"]) == (404, "notFound")


def test_a_listing_is_ordered_and_comes_in_pages(bucket: storage.Bucket) -> None:
    """Every page is asked for, and none shows a name twice."""
    for number in range(7):
        bucket.blob(f"n/{number}").upload_from_string(b"")
    assert names(bucket.list_blobs(prefix="n/", page_size=3)) == [f"n/{number}" for number in range(7)]
    assert names(bucket.list_blobs(prefix="n/", max_results=2)) == ["n/0", "n/1"]


def test_a_listing_can_stop_at_a_delimiter(bucket: storage.Bucket) -> None:
    """Names below the delimiter are rolled up, across pages, too."""
    for name in ("a/1", "a/2", "b/1", "c"):
        bucket.blob(name).upload_from_string(b"")
    found = bucket.list_blobs(delimiter="/", page_size=1)
    assert (names(found), found.prefixes) == (["c"], {"a/", "b/"})


def test_a_listing_can_begin_and_end_at_a_name(bucket: storage.Bucket) -> None:
    """The start is included, the end is not."""
    for name in "abcd":
        bucket.blob(name).upload_from_string(b"")
    assert names(bucket.list_blobs(start_offset="b", end_offset="d")) == ["b", "c"]


def test_metadata_changes_without_the_content(bucket: storage.Bucket) -> None:
    """A patch raises the metageneration and keeps the generation."""
    blob = bucket.blob("x")
    blob.upload_from_string(b"1")
    blob.metadata = {"rows": "3"}
    blob.patch()
    again = bucket.get_blob("x")
    assert (again.metadata, again.metageneration, again.generation) == ({"rows": "3"}, 2, blob.generation)


def test_metadata_can_come_with_the_upload(bucket: storage.Bucket) -> None:
    """Custom metadata that is set before the upload is stored with it."""
    blob = bucket.blob("x")
    blob.metadata = {"batch": "7"}
    blob.upload_from_string(b"1")
    assert bucket.get_blob("x").metadata == {"batch": "7"}


def test_objects_are_composed_copied_and_renamed(bucket: storage.Bucket) -> None:
    """Compose joins in order; copy and rewrite keep content and type."""
    for name in "ab":
        bucket.blob(name).upload_from_string(name, content_type="text/x")
    bucket.blob("ab").compose([bucket.blob("a"), bucket.blob("b")])
    assert bucket.blob("ab").download_as_bytes() == b"ab"
    bucket.copy_blob(bucket.blob("a"), bucket, "copy")
    assert bucket.get_blob("copy").content_type == "text/x"
    bucket.blob("rewritten").rewrite(bucket.blob("ab"))
    assert bucket.blob("rewritten").download_as_bytes() == b"ab"
    bucket.rename_blob(bucket.blob("ab"), "moved")
    assert names(bucket.list_blobs()) == ["a", "b", "copy", "moved", "rewritten"]


def test_many_are_deleted_in_one_batch(gcs: Server, bucket: storage.Bucket) -> None:
    """A batch request answers each of its parts."""
    for name in "abc":
        bucket.blob(name).upload_from_string(b"")
    gcs.clear_requests()
    client = storage_client(gcs)
    with client.batch():
        for name in "ab":
            client.bucket(bucket.name).blob(name).delete()
    assert names(bucket.list_blobs()) == ["c"]
    assert [entry["path"] for entry in gcs.requests() if entry["method"] == "POST"] == ["/batch/storage/v1"]
    with pytest.raises(NotFound), client.batch():
        client.bucket(bucket.name).blob("none").delete()
    client.close()


def test_delete_blobs_deletes(bucket: storage.Bucket) -> None:
    """The client's own loop over deletions works."""
    for name in "ab":
        bucket.blob(name).upload_from_string(b"")
    bucket.delete_blobs([bucket.blob("a"), bucket.blob("b")])
    assert names(bucket.list_blobs()) == []


def test_buckets_come_and_go(gcs: Server) -> None:
    """A bucket is created once, listed, and deleted when it is empty."""
    client = storage_client(gcs)
    made = client.create_bucket("made")
    with pytest.raises(Conflict):
        client.create_bucket("made")
    assert "made" in {found.name for found in client.list_buckets()}
    made.blob("x").upload_from_string(b"")
    with pytest.raises(Conflict, match="not empty"):
        made.delete()
    made.delete(force=True)
    assert client.lookup_bucket("made") is None
    client.close()


ODD_NAMES = [
    "date=2026-01-01/org=acme/1.parquet",
    "with space & ünïcode 🎉 %2F #?",
    "../outside",
    "./here/../there",
    "a//b",
    "/leading",
    "trailing/",
    ".hidden",
    "o/rewriteTo/b/x/o/y",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_is_a_name(bucket: storage.Bucket, name: str) -> None:
    """Slashes, dots and signs are only characters; nothing leaves the bucket's folder."""
    bucket.blob(name).upload_from_string(name.encode())
    assert bucket.blob(name).download_as_bytes() == name.encode()
    assert names(bucket.list_blobs()) == [name]
    bucket.blob(name).delete()
    assert not bucket.blob(name).exists()


def test_an_object_and_a_folder_may_share_a_name(bucket: storage.Bucket) -> None:
    """`a` and `a/b` are two objects, in either order of arrival."""
    for name in ("a", "a/b", "c/d", "c"):
        bucket.blob(name).upload_from_string(name.encode())
    for name in ("a", "a/b", "c/d", "c"):
        assert bucket.blob(name).download_as_bytes() == name.encode()


def test_objects_are_files_that_survive_the_server(tmp_path: Path) -> None:
    """The content lies at bucket/name; generations go on after a restart; no file lies outside."""
    with serve_gcs(tmp_path / "gcs", bucket="lake") as server:
        client = storage_client(server)
        client.bucket("lake").blob("a/b.txt").upload_from_string(b"1")
        client.bucket("lake").blob("../escaped").upload_from_string(b"2")
        generation = client.bucket("lake").get_blob("a/b.txt").generation
        client.close()
    assert (tmp_path / "gcs" / "lake" / "a" / "b.txt").read_bytes() == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["gcs"]
    with serve_gcs(tmp_path / "gcs", bucket="lake") as server:
        client = storage_client(server)
        lake = client.bucket("lake")
        assert names(lake.list_blobs()) == ["../escaped", "a/b.txt"]
        with pytest.raises(PreconditionFailed):
            lake.blob("a/b.txt").upload_from_string(b"3", if_generation_match=0)
        lake.blob("a/b.txt").upload_from_string(b"3", if_generation_match=generation)
        assert lake.get_blob("a/b.txt").generation > generation
        client.close()


def test_a_client_that_dies_in_the_middle_of_an_upload_is_no_fault(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nothing is stored, nothing is complained of."""
    with serve_gcs(tmp_path / "gcs", bucket="lake") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as dying:
            target = b"/upload/storage/v1/b/lake/o?uploadType=media&name=half"
            dying.sendall(b"POST " + target + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
            while not server.requests():
                time.sleep(0.01)
        client = storage_client(server)
        assert names(client.bucket("lake").list_blobs()) == []
        client.close()
    assert "Traceback" not in capfd.readouterr().err


def test_a_file_that_became_shorter_is_served_as_it_is(tmp_path: Path) -> None:
    """An answer ends where the file does, and the server goes on."""
    with serve_gcs(tmp_path) as server:
        bucket = storage_client(server).create_bucket("cut")
        bucket.blob("rows").upload_from_string("x" * 3_000_000)
        (tmp_path / "cut" / "rows").write_text("y" * 10)
        address = f"{server.url}/download/storage/v1/b/cut/o/rows?alt=media"
        assert requests.get(address, timeout=10).text == "y" * 10
        assert requests.get(address, timeout=10, headers={"Range": "bytes=-3"}).text == "yyy"
