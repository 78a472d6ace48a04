"""Servers that the tests of the stand-ins share, and real clients for them."""

from __future__ import annotations

import itertools
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest
import snowflake.connector
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage  # type: ignore[attr-defined]
from sandbox.servers import Server, serve_gcs, serve_snowflake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from snowflake.connector import SnowflakeConnection
    from snowflake.connector.cursor import SnowflakeCursor

NUMBERS = itertools.count(1)


class Connect(Protocol):
    """Open a connection; options are those of the connector."""

    def __call__(self, **options: Any) -> SnowflakeConnection:
        """Return an open connection."""


@pytest.fixture(scope="session")
def gcs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a storage server for the whole session."""
    with serve_gcs(tmp_path_factory.mktemp("gcs")) as server:
        yield server


@pytest.fixture(scope="session")
def snowflake_server(tmp_path_factory: pytest.TempPathFactory, gcs: Server) -> Iterator[Server]:
    """Return a Snowflake server for the whole session, with a database named TEST."""
    with serve_snowflake(tmp_path_factory.mktemp("snowflake"), gcs_url=gcs.url) as server:
        with open_connection(server) as connection:
            connection.cursor().execute("create database test")
        yield server


@pytest.fixture(autouse=True)
def _no_faults(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave no fault to the next test."""
    yield
    for name in {"gcs", "snowflake_server"} & set(request.fixturenames):
        request.getfixturevalue(name).clear_faults()


def open_connection(server: Server, **options: Any) -> SnowflakeConnection:
    """Open a connection of the real connector."""
    return snowflake.connector.connect(
        **{
            "account": "sandbox",
            "user": "sandbox",
            "password": "sandbox",
            "host": "127.0.0.1",
            "port": server.port,
            "protocol": "http",
            "platform_detection_timeout_seconds": 0,
            **options,
        },
    )


def storage_client(server: Server) -> storage.Client:
    """Return the real storage client."""
    return storage.Client(
        project="sandbox",
        credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
        client_options={"api_endpoint": server.url},
    )


@pytest.fixture
def bucket(gcs: Server) -> Iterator[storage.Bucket]:
    """Return a bucket of the test's own."""
    client = storage_client(gcs)
    yield client.create_bucket(f"bucket-{next(NUMBERS)}")
    client.close()


@pytest.fixture
def connect(snowflake_server: Server) -> Iterator[Connect]:
    """Return a function that opens connections to a schema of the test's own; they are closed afterwards."""
    schema = f"S{next(NUMBERS)}"
    with ExitStack() as connections:

        def open_one(**options: Any) -> SnowflakeConnection:
            options = {"database": "TEST", "schema": schema, **options}
            return connections.enter_context(open_connection(snowflake_server, **options))

        with open_connection(snowflake_server, database="TEST") as connection:
            connection.cursor().execute(f"create schema test.{schema}")
        yield open_one


@pytest.fixture
def cursor(connect: Connect) -> SnowflakeCursor:
    """Return a cursor in a schema of the test's own."""
    return connect().cursor()


def value(cursor: SnowflakeCursor, expression: str) -> Any:
    """Return the value of an expression."""
    return cursor.execute(f"select {expression}").fetchall()[0][0]


def place(cursor: SnowflakeCursor) -> str:
    """Return database and schema of a cursor, quoted."""
    return ".".join(f'"{value(cursor, name)}"' for name in ("current_database()", "current_schema()"))


def columns(cursor: SnowflakeCursor, table: str) -> dict[str, str]:
    """Return the types of a table's columns."""
    return {row[0]: row[1] for row in cursor.execute(f"describe table {table}").fetchall()}
