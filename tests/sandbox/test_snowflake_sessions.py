"""Logins, expiry, the end of sessions; and databases that outlive their server."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sandbox.servers import serve_snowflake
from snowflake.connector.errors import DatabaseError, ProgrammingError

from .conftest import open_connection

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .conftest import Connect

NOWHERE = "http://127.0.0.1:9"


def test_the_sandbox_user_needs_the_password(snowflake_server: Server) -> None:
    """A wrong password is Snowflake's error 390100, at once."""
    with pytest.raises(DatabaseError, match="Incorrect username or password was specified") as caught:
        open_connection(snowflake_server, password="wrong")  # noqa: S106 - it is wrong
    assert caught.value.errno == 390100


def test_anybody_else_comes_as_they_are(snowflake_server: Server) -> None:
    """Other users need no known password."""
    with open_connection(snowflake_server, user="loader", password="whatever") as connection:  # noqa: S106
        assert connection.cursor().execute("select 1").fetchall() == [(1,)]


def test_a_key_opens_a_session(snowflake_server: Server) -> None:
    """Key-pair login sends a signed token; the sandbox takes it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    with open_connection(
        snowflake_server, password=None, private_key=der, authenticator="SNOWFLAKE_JWT"
    ) as connection:
        assert connection.cursor().execute("select 1").fetchall() == [(1,)]


def test_an_expired_session_is_renewed_by_the_connector(snowflake_server: Server, connect: Connect) -> None:
    """390112: the connector gets a new token by its master token; nothing of the session is lost."""
    cursor = connect().cursor()
    cursor.execute("create temporary table t as select 1 as a")
    cursor.execute("begin")
    cursor.execute("insert into t values (2)")
    snowflake_server.expire_sessions()
    assert cursor.execute("select count(*) from t").fetchall() == [(2,)]
    cursor.execute("commit")


def test_a_session_that_expired_for_good_is_rolled_back(snowflake_server: Server, connect: Connect) -> None:
    """390114: the client has to log in again, and what was open has not happened."""
    cursor = connect(client_session_keep_alive=False).cursor()
    cursor.execute("create table t (a int)")
    cursor.execute("begin")
    cursor.execute("insert into t values (1)")
    snowflake_server.expire_sessions(renewable=False)
    with pytest.raises(DatabaseError) as caught:
        cursor.execute("select 1")
    assert caught.value.errno == 390114
    assert connect().cursor().execute("select count(*) from t").fetchall() == [(0,)]


def test_expiry_can_be_a_fault_of_one_statement(snowflake_server: Server, connect: Connect) -> None:
    """A fault may answer 390112 as a body; the connector renews and asks again."""
    cursor = connect().cursor()
    snowflake_server.add_fault(
        statement="select 45",
        status=200,
        headers={"Content-Type": "application/json"},
        body='{"success": false, "code": "390112", "message": "expired", "data": null}',
    )
    assert cursor.execute("select 45").fetchall() == [(45,)]


def test_a_session_is_kept_alive(snowflake_server: Server) -> None:
    """The heartbeat answers."""
    with open_connection(snowflake_server, client_session_keep_alive=True) as connection:
        assert connection.is_valid()


def test_a_stranger_is_refused(snowflake_server: Server) -> None:
    """A request without a known token is told to log in; it is no HTTP error."""
    response = requests.post(
        f"{snowflake_server.url}/queries/v1/query-request",
        json={"sqlText": "select 1"},
        headers={"Authorization": 'Snowflake Token="nobody"'},
        timeout=10,
    )
    assert (response.status_code, response.json()["code"]) == (200, "390104")


def test_a_result_can_be_read_again_by_its_id(connect: Connect) -> None:
    """RESULT_SCAN and the connector's own look-up find the last results."""
    cursor = connect().cursor()
    identifier = cursor.execute("select 7 as a").sfqid
    again = connect().cursor()
    assert identifier
    again.get_results_from_sfqid(identifier)
    assert again.fetchall() == [(7,)]


def test_a_statement_is_cancelled_at_its_timeout(connect: Connect) -> None:
    """The connector asks to abort; the statement ends with 000604 and the session goes on."""
    cursor = connect().cursor()
    with pytest.raises(ProgrammingError) as caught:
        cursor.execute(
            "select count(*) from table(generator(rowcount => 1)), "
            "(select a.i from range(100000) as a(i), range(100000) as b(i), range(100) as c(i) "
            "where hash(a.i, b.i, c.i) = 0)",
            timeout=1,
        )
    assert caught.value.errno == 604
    assert cursor.execute("select 1").fetchall() == [(1,)]


def fill(server: Server) -> None:
    """Leave a database with a table, a stage and a transaction that nobody commits."""
    cursor = open_connection(server).cursor()
    cursor.execute("create database d")
    cursor.execute("create schema d.s")
    cursor.execute("create table d.s.t (id number(38,0) not null, v variant)")
    cursor.execute("insert into d.s.t select 1, parse_json('[1]')")
    cursor.execute("create stage d.s.lake url = 'gcs://b/'")
    cursor.execute("create temporary table d.s.tmp (a int)")
    cursor.execute("begin")
    cursor.execute("insert into d.s.t select 2, null")


@pytest.mark.parametrize("how", [None, signal.SIGTERM, signal.SIGKILL])
def test_databases_outlive_their_server(tmp_path: Path, how: signal.Signals | None) -> None:
    """However the server ends, what was committed is there at the next start, and nothing else."""
    with serve_snowflake(tmp_path, gcs_url=NOWHERE) as server:
        fill(server)
        if how is not None:
            os.kill(server.pid, how)
    with (
        serve_snowflake(tmp_path, gcs_url=NOWHERE) as server,
        open_connection(server, database="D", schema="S") as connection,
    ):
        cursor = connection.cursor()
        assert cursor.execute("select id, v from t").fetchall() == [(1, "[1]")]
        assert [row[1] for row in cursor.execute("show stages").fetchall()] == ["LAKE"]
        assert [row[1] for row in cursor.execute("show tables").fetchall()] == ["T"]
        assert cursor.execute("describe table t").fetchall()[0][1:4] == ("NUMBER(38,0)", "COLUMN", "N")


def test_a_dropped_database_stays_dropped(tmp_path: Path) -> None:
    """DROP DATABASE holds after a restart; the name is free again."""
    for _ in range(2):
        with (
            serve_snowflake(tmp_path, gcs_url=NOWHERE) as server,
            open_connection(server) as connection,
        ):
            connection.cursor().execute("create database gone")
            connection.cursor().execute("drop database gone")


def test_a_server_waits_for_the_one_before(tmp_path: Path) -> None:
    """A server that starts while another has the files open takes over when that ends."""
    with serve_snowflake(tmp_path, gcs_url=NOWHERE) as first:
        ending = threading.Timer(1.5, os.kill, (first.pid, signal.SIGKILL))
        ending.start()
        with serve_snowflake(tmp_path, gcs_url=NOWHERE) as second, open_connection(second) as connection:
            assert connection.cursor().execute("select 1").fetchall() == [(1,)]
        ending.join()
