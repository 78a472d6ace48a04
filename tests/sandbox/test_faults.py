"""Each fault, as a real client meets it; and the log that tells what came over the wire."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
from google.api_core.exceptions import ServiceUnavailable
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage  # type: ignore[attr-defined]
from requests.exceptions import ChunkedEncodingError
from snowflake.connector.errors import ProgrammingError, ServiceUnavailableError

from .conftest import open_connection

if TYPE_CHECKING:
    from sandbox.servers import Server
    from snowflake.connector.cursor import SnowflakeCursor

BUCKETS = "/storage/v1/b"
CLIENT = "import sys, requests; print(requests.get(sys.argv[1], timeout=10).status_code)"
SLOW_TO_DIE = (
    "import signal, sys, time, requests\n"
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
    "requests.get(sys.argv[1], timeout=10)\n"
    "time.sleep(10)\n"
)


def get(server: Server) -> requests.Response:
    """Ask a server for something that it answers with 200."""
    return requests.get(f"{server.url}{BUCKETS}", timeout=10)


def test_a_status_replaces_the_answer_once(gcs: Server) -> None:
    """Status, headers and body come as the rule says; the next request is answered as usual."""
    gcs.add_fault(path=BUCKETS, status=429, headers={"Retry-After": "7"}, body='{"message": "slow down"}')
    spoilt = get(gcs)
    assert (spoilt.status_code, spoilt.headers["retry-after"], spoilt.json()) == (
        429,
        "7",
        {"message": "slow down"},
    )
    assert get(gcs).status_code == 200


def test_nth_and_times_choose_the_requests(gcs: Server) -> None:
    """`nth` is counted from the rule's arrival; `times` says how many requests are spoilt."""
    gcs.add_fault(path=BUCKETS, status=500, nth=2, times=2)
    assert [get(gcs).status_code for _ in range(4)] == [200, 500, 500, 200]


def test_without_a_number_of_times_a_fault_lasts_until_it_is_cleared(gcs: Server) -> None:
    """`times: null` is for ever."""
    gcs.add_fault(path=BUCKETS, status=503, times=None)
    assert {get(gcs).status_code for _ in range(3)} == {503}
    gcs.clear_faults()
    assert get(gcs).status_code == 200


def test_a_rule_is_about_the_path_and_the_method_that_it_names(gcs: Server) -> None:
    """Other paths and methods pass."""
    gcs.add_fault(path="^/storage/v1/b/other", method="DELETE", status=500)
    assert get(gcs).status_code == 200
    assert requests.get(f"{gcs.url}{BUCKETS}/other", timeout=10).status_code == 404
    assert requests.delete(f"{gcs.url}{BUCKETS}/other", timeout=10).status_code == 500


def test_a_delay_holds_the_answer_back(gcs: Server) -> None:
    """The answer is right, but late."""
    gcs.add_fault(path=BUCKETS, delay_seconds=0.5)
    began = time.monotonic()
    assert get(gcs).status_code == 200
    assert 0.5 <= time.monotonic() - began < 5


def test_a_truncated_answer_breaks_off(gcs: Server) -> None:
    """Content-Length promises more than comes."""
    gcs.add_fault(path=BUCKETS, truncate_bytes=10)
    with pytest.raises(ChunkedEncodingError):
        get(gcs)


def test_a_dropped_connection_has_no_answer(gcs: Server) -> None:
    """The connection is closed without a byte."""
    gcs.add_fault(path=BUCKETS, drop=True)
    with pytest.raises(requests.ConnectionError):
        get(gcs)
    assert get(gcs).status_code == 200


def test_the_client_is_killed_at_its_request(gcs: Server) -> None:
    """`kill` ends the client's process by SIGKILL, and no other."""
    gcs.add_fault(path=BUCKETS, kill=True)
    result = subprocess.run([sys.executable, "-c", CLIENT, f"{gcs.url}{BUCKETS}"], check=False)
    assert result.returncode == -9
    assert get(gcs).status_code == 200


def test_the_client_gets_a_signal_and_its_answer(gcs: Server) -> None:
    """`signal` leaves the rest to the client."""
    gcs.add_fault(path=BUCKETS, signal="SIGTERM")
    result = subprocess.run([sys.executable, "-c", SLOW_TO_DIE, f"{gcs.url}{BUCKETS}"], check=False)
    assert result.returncode == 7


FROM_PORT = (
    "import signal, socket, sys, time\n"
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
    "port, *servers = map(int, sys.argv[1:])\n"
    "connections = []\n"
    "for server in servers:\n"
    "    connections.append(socket.socket())\n"
    "    connections[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n"
    "    connections[-1].bind(('127.0.0.1', port))\n"
    "    connections[-1].connect(('127.0.0.1', server))\n"
    "    connections[-1].send(b'GET /storage/v1/b HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n"
    "print(connections[-1].recv(100), flush=True)\n"
    "time.sleep(10)\n"
)


def test_the_signal_is_for_nobody_who_has_the_same_port(gcs: Server) -> None:
    """A process that is connected to other servers may have the port of the client on its own side, too."""
    with ExitStack() as stack:
        others = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(8)]
        with socket.create_server(("127.0.0.1", 0)) as free:
            command = [sys.executable, "-c", FROM_PORT, str(free.getsockname()[1])]
        ports = [str(other.getsockname()[1]) for other in others]
        bystander = stack.enter_context(subprocess.Popen([*command, *ports]))
        stack.callback(bystander.kill)
        for other in others:
            stack.enter_context(other.accept()[0])
        gcs.add_fault(path=BUCKETS, signal="SIGTERM")
        client = subprocess.run([*command, str(urlsplit(gcs.url).port)], check=False)
        assert (client.returncode, bystander.poll()) == (7, None)


def test_after_means_that_the_work_is_done(gcs: Server, bucket: storage.Bucket) -> None:
    """The object is there although the client was told otherwise."""
    gcs.add_fault(path="/upload/", when="after", status=503)
    with pytest.raises(ServiceUnavailable):
        bucket.blob("x").upload_from_string(b"1", retry=None)
    assert bucket.blob("x").download_as_bytes() == b"1"


def test_before_means_that_nothing_is_done(gcs: Server, bucket: storage.Bucket) -> None:
    """The server does no work for a request that is spoilt before."""
    gcs.add_fault(path="/upload/", drop=True)
    with pytest.raises(requests.ConnectionError):
        bucket.blob("x").upload_from_string(b"1", retry=None)
    assert not bucket.blob("x").exists()


def test_the_storage_client_gets_over_a_fault_by_its_own_retry(gcs: Server, bucket: storage.Bucket) -> None:
    """With a precondition an upload is safe to retry, and the client does so."""
    gcs.add_fault(path="/upload/", status=503)
    bucket.blob("x").upload_from_string(b"1", if_generation_match=0)
    assert bucket.blob("x").download_as_bytes() == b"1"


def test_a_statement_is_matched_by_its_text(snowflake_server: Server, cursor: SnowflakeCursor) -> None:
    """A rule about a statement spoils that statement only; the text travels gzipped."""
    body = '{"success": false, "code": "000625", "message": "locked", "data": {"sqlState": "57014"}}'
    snowflake_server.add_fault(
        statement=r"^select\s+42", status=200, headers={"Content-Type": "application/json"}, body=body
    )
    assert cursor.execute("select 41").fetchall() == [(41,)]
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute("SELECT 42")
    assert caught.value.errno == 625
    assert cursor.execute("select 42").fetchall() == [(42,)]


def test_a_statement_whose_answer_is_lost_is_not_run_twice(
    snowflake_server: Server, cursor: SnowflakeCursor
) -> None:
    """The connector asks again with the same request id, and gets the answer of the first time."""
    cursor.execute("create table t (a int)")
    snowflake_server.add_fault(statement="insert", when="after", drop=True)
    cursor.execute("insert into t values (1)")
    assert cursor.execute("select a from t").fetchall() == [(1,)]


def test_a_server_that_fails_for_good_is_an_error_of_the_connector(snowflake_server: Server) -> None:
    """Without end the connector gives up within its network timeout."""
    with open_connection(snowflake_server, network_timeout=3) as connection:
        snowflake_server.add_fault(statement="select 43", status=503, times=None)
        with pytest.raises(ServiceUnavailableError):
            connection.cursor().execute("select 43")


def test_the_log_holds_every_request_but_those_of_the_control(gcs: Server) -> None:
    """Method, path, query, status and client are there, in order; control requests are not."""
    gcs.clear_requests()
    requests.get(f"{gcs.url}{BUCKETS}?project=x", headers={"User-Agent": "tester/1"}, timeout=10)
    requests.get(f"{gcs.url}{BUCKETS}/none", timeout=10)
    first, second = gcs.requests()
    assert (first["method"], first["path"], first["query"], first["status"], first["client"]) == (
        "GET",
        BUCKETS,
        "project=x",
        200,
        "tester/1",
    )
    assert (second["path"], second["status"]) == (f"{BUCKETS}/none", 404)
    assert 0 <= second["at"] - first["at"] < 10


def test_the_log_names_statements_and_applications(snowflake_server: Server) -> None:
    """A statement is logged as text, with the application that its session logged in as."""
    snowflake_server.clear_requests()
    with open_connection(snowflake_server, application="dbt") as connection:
        connection.cursor().execute("select 44")
    entries = [entry for entry in snowflake_server.requests() if entry["statement"]]
    assert [(entry["statement"], entry["client"]) for entry in entries] == [("select 44", "dbt")]


def test_spoilt_requests_are_in_the_log(gcs: Server) -> None:
    """What the client was told is what the log says; a dropped request has no status."""
    gcs.clear_requests()
    gcs.add_fault(path=BUCKETS, status=500)
    gcs.add_fault(path=BUCKETS, drop=True, nth=2)
    get(gcs)
    with pytest.raises(requests.ConnectionError):
        get(gcs)
    assert [entry["status"] for entry in gcs.requests()] == [500, None]


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ([{"pth": "x"}], "pth"),
        ([{"when": "later"}], "later"),
        ([{"signal": "TERM"}], "TERM"),
        ([{"path": "("}], "("),
        ({"path": BUCKETS, "status": 500}, "list"),
    ],
)
def test_a_rule_that_cannot_be_understood_is_refused(gcs: Server, rules: object, named: str) -> None:
    """What is wrong is named, and nothing is spoilt."""
    response = requests.post(f"{gcs.url}/_sandbox/faults", json=rules, timeout=10)
    assert response.status_code == 400
    assert named in response.json()["error"]
    assert get(gcs).status_code == 200


def test_a_server_dies_with_its_parent(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Even SIGKILL of the parent ends the server: no port stays taken."""
    program = (
        "import pathlib, sys, time\n"
        "from sandbox.servers import serve_gcs\n"
        "with serve_gcs(pathlib.Path(sys.argv[1])) as server:\n"
        "    print(server.url, flush=True)\n"
        "    time.sleep(60)\n"
    )
    folder = tmp_path_factory.mktemp("orphan")
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert requests.get(f"{url}/_sandbox/health", timeout=10).json() == {"ok": True}
        parent.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            requests.get(f"{url}/_sandbox/health", timeout=1)
        except requests.ConnectionError:
            return
        time.sleep(0.1)
    pytest.fail("the server outlived its parent")


def test_storage_clients_find_the_server_by_the_usual_variable(
    gcs: Server, bucket: storage.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STORAGE_EMULATOR_HOST leads the real client here."""
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    credentials = AnonymousCredentials()  # type: ignore[no-untyped-call]
    client = storage.Client(project="sandbox", credentials=credentials)
    assert bucket.name in {found.name for found in client.list_buckets()}
    client.close()
