"""Transactions and locks, as sessions of the real connector see them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from snowflake.connector.errors import ProgrammingError

if TYPE_CHECKING:
    from sandbox.servers import Server
    from snowflake.connector.cursor import SnowflakeCursor

    from .conftest import Connect


@pytest.fixture
def other(connect: Connect) -> SnowflakeCursor:
    """Return a cursor of a second session in the same schema."""
    return connect().cursor()


def values(cursor: SnowflakeCursor, table: str = "t") -> list[int]:
    """Return the only column of a table, in order."""
    return sorted(row[0] for row in cursor.execute(f"select a from {table}").fetchall())


@pytest.fixture(autouse=True)
def _table(cursor: SnowflakeCursor) -> None:
    cursor.execute("create table t (a int)")
    cursor.execute("insert into t values (1)")


@pytest.mark.parametrize("begin", ["begin", "begin transaction", "start transaction", "begin name x"])
def test_what_is_rolled_back_has_not_happened(cursor: SnowflakeCursor, begin: str) -> None:
    """ROLLBACK undoes every statement since BEGIN, however it is spelt."""
    cursor.execute(begin)
    cursor.execute("insert into t values (2)")
    cursor.execute("delete from t where a = 1")
    assert values(cursor) == [2]
    cursor.execute("rollback")
    assert values(cursor) == [1]


def test_a_session_is_told_which_transaction_is_open(cursor: SnowflakeCursor) -> None:
    """None is, outside of BEGIN and COMMIT."""

    def open_one() -> object:
        row = cursor.execute("select current_transaction()").fetchone()
        assert isinstance(row, tuple)
        return row[0]

    assert open_one() is None
    cursor.execute("begin")
    first = open_one()
    assert first == open_one() is not None
    cursor.execute("commit")
    assert open_one() is None
    cursor.execute("begin")
    assert open_one() not in {None, first}


def test_others_see_what_is_committed(cursor: SnowflakeCursor, other: SnowflakeCursor) -> None:
    """Another session sees nothing before COMMIT and everything after."""
    cursor.execute("begin")
    cursor.execute("insert into t values (2)")
    assert values(other) == [1]
    cursor.execute("commit")
    assert values(other) == [1, 2]


def test_each_statement_reads_what_is_committed_by_then(
    cursor: SnowflakeCursor, other: SnowflakeCursor
) -> None:
    """READ COMMITTED: inside a transaction, too, a statement sees what others committed meanwhile."""
    cursor.execute("begin")
    assert values(cursor) == [1]
    other.execute("insert into t values (2)")
    assert values(cursor) == [1, 2]
    cursor.execute("update t set a = a + 10")
    cursor.execute("commit")
    assert values(cursor) == [11, 12]


def test_commit_and_rollback_without_a_transaction_do_nothing(cursor: SnowflakeCursor) -> None:
    """As on Snowflake they are no errors."""
    cursor.execute("commit")
    cursor.execute("rollback")
    assert values(cursor) == [1]


def test_a_definition_commits_what_is_open(cursor: SnowflakeCursor, other: SnowflakeCursor) -> None:
    """DDL ends the transaction before it; ROLLBACK afterwards undoes nothing."""
    cursor.execute("begin")
    cursor.execute("insert into t values (2)")
    cursor.execute("create table u (a int)")
    cursor.execute("rollback")
    assert values(other) == [1, 2]
    assert values(other, "u") == []


def test_without_autocommit_the_first_change_opens_a_transaction(
    connect: Connect, cursor: SnowflakeCursor
) -> None:
    """A session that logs in with autocommit off keeps its changes to itself until it commits."""
    connection = connect(autocommit=False)
    connection.cursor().execute("insert into t values (2)")
    assert values(cursor) == [1]
    connection.commit()
    assert values(cursor) == [1, 2]
    connection.cursor().execute("insert into t values (3)")
    connection.rollback()
    assert values(cursor) == [1, 2]


def test_autocommit_can_be_switched_in_mid_session(connect: Connect, cursor: SnowflakeCursor) -> None:
    """ALTER SESSION SET AUTOCOMMIT changes what the next statement does."""
    connection = connect()
    connection.autocommit(False)  # noqa: FBT003 - the connector's own
    connection.cursor().execute("insert into t values (2)")
    connection.rollback()
    assert values(cursor) == [1]


def test_the_second_writer_waits_for_the_first(cursor: SnowflakeCursor, other: SnowflakeCursor) -> None:
    """An UPDATE of a table that another transaction changed waits for it and then works on its result."""
    cursor.execute("begin")
    cursor.execute("update t set a = a + 1")
    waiting = threading.Thread(target=other.execute, args=("update t set a = a * 10",))
    waiting.start()
    time.sleep(0.5)
    assert waiting.is_alive()
    cursor.execute("commit")
    waiting.join(10)
    assert values(cursor) == [20]


def test_inserts_wait_for_nobody(cursor: SnowflakeCursor, other: SnowflakeCursor) -> None:
    """INSERT only adds: it neither waits for an open UPDATE nor holds one up."""
    cursor.execute("begin")
    cursor.execute("update t set a = 5")
    other.execute("insert into t values (2)")
    cursor.execute("commit")
    assert values(cursor) == [2, 5]


def test_other_tables_are_free(cursor: SnowflakeCursor, other: SnowflakeCursor) -> None:
    """A lock is on a table, not on the schema."""
    cursor.execute("create table u as select a from t")
    cursor.execute("begin")
    cursor.execute("update t set a = 5")
    other.execute("update u set a = 6")
    assert values(other, "u") == [6]
    cursor.execute("commit")


def test_a_definition_waits_for_an_open_change(cursor: SnowflakeCursor, other: SnowflakeCursor) -> None:
    """ALTER TABLE waits until the transaction that changed the table has ended; nothing is lost."""
    cursor.execute("begin")
    cursor.execute("insert into t values (2)")
    waiting = threading.Thread(target=other.execute, args=("alter table t add column b int",))
    waiting.start()
    time.sleep(0.3)
    assert waiting.is_alive()
    cursor.execute("commit")
    waiting.join(10)
    assert cursor.execute("select a, b from t order by a").fetchall() == [(1, None), (2, None)]


def test_more_than_twenty_waiters_are_an_error(connect: Connect, cursor: SnowflakeCursor) -> None:
    """The twenty-first statement that waits for one table is aborted at once, with 000625."""
    cursor.execute("begin")
    cursor.execute("update t set a = 0")
    cursors = [connect().cursor() for _ in range(21)]
    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(one.execute, "update t set a = a + 1") for one in cursors[:20]]
        time.sleep(1)
        with pytest.raises(ProgrammingError) as caught:
            cursors[20].execute("update t set a = a + 1")
        assert caught.value.errno == 625
        cursor.execute("commit")
        for one in waiting:
            one.result(30)
    assert values(cursor) == [20]


def test_many_writers_at_once_lose_nothing(connect: Connect, cursor: SnowflakeCursor) -> None:
    """Eight sessions that add to one row, a transaction each, add up."""
    cursor.execute("update t set a = 0")

    def add(_: int) -> None:
        one = connect().cursor()
        for _ in range(5):
            one.execute("begin")
            one.execute("update t set a = a + 1")
            one.execute("commit")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(8)))
    assert values(cursor) == [40]


KILLED = """
import os, signal, sys, snowflake.connector
connection = snowflake.connector.connect(account="sandbox", user="sandbox", password="sandbox",
    protocol="http", host="127.0.0.1", port=int(sys.argv[1]), database="TEST", schema=sys.argv[2],
    platform_detection_timeout_seconds=0)
cursor = connection.cursor()
cursor.execute("begin")
cursor.execute("update t set a = 99")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_transaction_of_a_killed_client_is_rolled_back(
    snowflake_server: Server, cursor: SnowflakeCursor
) -> None:
    """Who waits for a table that a dead client has locked gets it within seconds, unchanged."""
    schema = cursor.execute("select current_schema()").fetchone()
    assert isinstance(schema, tuple)
    subprocess.run(
        [sys.executable, "-c", KILLED, str(snowflake_server.port), schema[0]],
        check=False,
        stderr=subprocess.DEVNULL,
    )
    began = time.monotonic()
    cursor.execute("update t set a = a + 1")
    assert time.monotonic() - began < 60
    assert values(cursor) == [2]


def test_a_lost_connection_keeps_its_transaction(
    snowflake_server: Server, cursor: SnowflakeCursor, other: SnowflakeCursor
) -> None:
    """The session is not the connection: the connector goes on over a new one."""
    cursor.execute("begin")
    cursor.execute("update t set a = 5")
    snowflake_server.add_fault(statement="insert into t", when="before", drop=True)
    cursor.execute("insert into t values (6)")
    cursor.execute("commit")
    assert values(other) == [5, 6]


def test_closing_a_session_rolls_back(connect: Connect, cursor: SnowflakeCursor) -> None:
    """What was open when the session closed has not happened; the table is free."""
    connection = connect()
    connection.cursor().execute("begin")
    connection.cursor().execute("update t set a = 7")
    connection.close()
    cursor.execute("update t set a = a + 1")
    assert values(cursor) == [2]


def test_a_failed_statement_alone_changes_nothing(cursor: SnowflakeCursor) -> None:
    """A statement is all or nothing; the session goes on."""
    with pytest.raises(ProgrammingError):
        cursor.execute("insert into t select case when a = 1 then 'x' else '2' end::int from t")
    assert values(cursor) == [1]


def test_databases_are_created_at_the_same_time(connect: Connect) -> None:
    """CREATE DATABASE IF NOT EXISTS from many sessions succeeds in all of them."""

    def create(number: int) -> None:
        one = connect().cursor()
        one.execute("create database if not exists together")
        one.execute("create schema if not exists together.s")
        one.execute(f"create table together.s.t{number} (a int)")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(8)))
    found = connect().cursor().execute("show tables in schema together.s").fetchall()
    assert len(found) == 8


def test_after_a_failure_a_transaction_can_be_rolled_back(cursor: SnowflakeCursor) -> None:
    """A statement that failed in a transaction leaves it to ROLLBACK, and the session goes on."""
    cursor.execute("begin")
    cursor.execute("insert into t values (2)")
    with pytest.raises(ProgrammingError):
        cursor.execute("insert into t select 'x'::int")
    cursor.execute("rollback")
    assert values(cursor) == [1]


def test_a_transaction_that_the_sandbox_lost_is_not_committed_in_silence(cursor: SnowflakeCursor) -> None:
    """Snowflake would keep what came before the failure; the sandbox cannot, and says so at COMMIT."""
    cursor.execute("begin")
    cursor.execute("insert into t values (2)")
    with pytest.raises(ProgrammingError):
        cursor.execute("insert into t select 'x'::int")
    with pytest.raises(ProgrammingError, match="roll it back"):
        cursor.execute("commit")
    assert values(cursor) == [1]
