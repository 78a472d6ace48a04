"""Either half swaps with another Singer tap or target, as published: the rows are equal."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from sandbox.github.dataset import Dataset
from sandbox.github.generate import generate
from sandbox.servers import serve_github

from tests.transform.warehouse import warehouse

from .conftest import BIN
from .expected import EXPECTED, KEYS
from .peers import assert_same_rows, configuration, published, run, sent
from .postgres import Postgres, binaries, served

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from tests.transform.warehouse import Warehouse

    from .conftest import Sandbox

# With a newer DuckDB it takes the first row of each of its files for a heading.
TARGET_DUCKDB = "target-duckdb==0.8.0 duckdb<1.3"
TARGET_POSTGRES = "meltanolabs-target-postgres==0.8.1"
TAP_GITHUB = "meltanolabs-tap-github==1.30.1"
TAP_POSTGRES = "meltanolabs-tap-postgres==0.10.0"
TAP_SPREADSHEETS = "tap-spreadsheets==1.1.2"  # a CSV file among others; tap-csv is not on the package index

GITHUB_STREAMS = {"repositories", "pull_requests", "reviews", "commits", "deployments", "releases"}

needs_postgres = pytest.mark.skipif(
    binaries() is None, reason="there is no PostgreSQL server here: install the package postgresql"
)
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder of two small organisations."""
    folder = tmp_path_factory.mktemp("data")
    generate(folder, seed=1, size="tiny")
    return folder


@pytest.fixture(scope="module")
def messages(data: Path, module_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what the tap writes of them."""
    path = tmp_path_factory.mktemp("messages") / "messages.jsonl"
    command = f"{BIN / 'tap-github-custom'} --config=ENV > {path}"
    result = module_sandbox.run("bash", "-c", command, data=data)
    assert result.returncode == 0, result.stdout
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """Return an empty database."""
    with served(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture(scope="module")
def snowflake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """Return an empty account, and the lake before it."""
    with warehouse(tmp_path_factory.mktemp("warehouse")) as account:
        yield account


def selecting(streams: Collection[str], catalog: dict[str, Any]) -> dict[str, Any]:
    """Return a catalog with these streams selected, and no others."""
    for entry in catalog["streams"]:
        for metadata in entry["metadata"]:
            if not metadata["breadcrumb"]:
                metadata["metadata"]["selected"] = entry["tap_stream_id"] in streams
    return catalog


def load(account: Warehouse, written: str) -> None:
    """Load messages, as a user pipes them, and see their rows in the tables."""
    account.load_text(written.encode())
    for stream, records in sent(written).items():
        rows = account.sql(f'select * from RAW_TABLES."{stream.upper().replace("-", "_")}"')
        assert_same_rows(stream, records, rows)


def test_another_loader_takes_the_records_of_the_tap(sandbox: Sandbox, tmp_path: Path) -> None:
    """target-jsonl writes a file per stream that holds every row, and none besides; all logs may be JSON."""
    output = tmp_path / "output"
    output.mkdir()
    settings = {"TARGET_JSONL_DESTINATION_PATH": str(output)}
    job = ("--log-format=json", "run", "tap-github-custom", "target-jsonl")
    printed = sandbox.meltano(*job, settings=settings)
    logged = [json.loads(line) for line in printed.splitlines() if not line.startswith("sandbox:")]
    told = [line for line in logged if line.get("plugin_logger") == "tap-github-custom"]
    assert {line["level"] for line in told} == {"info", "warning"}
    assert any(line["event"].startswith("Run complete") for line in told)
    assert {path.stem.upper() for path in output.iterdir()} == {*KEYS, "USER_LOOKUP"}
    for name, keys in KEYS.items():
        lines = (output / f"{name.lower()}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = {tuple(row[key.lower()] for key in keys): row for row in map(json.loads, lines)}
        expected = EXPECTED[name](sandbox.generated_data)
        assert rows.keys() == expected.keys()
        for key, values in expected.items():
            # What only Snowflake's columns hold in another form is compared in the other tests.
            compared = {column: value for column, value in values.items() if isinstance(value, int | None)}
            assert {column: rows[key][column.lower()] for column in compared} == compared


def test_duckdb_takes_the_records_of_the_tap(messages: str, tmp_path: Path) -> None:
    """target-duckdb, every value but an empty text, which it makes NULL."""
    file = tmp_path / "github.duckdb"
    config = configuration(tmp_path, {"path": str(file), "default_target_schema": "main"})
    run(published(TARGET_DUCKDB, "target-duckdb", "--config", config), text=messages)
    with duckdb.connect(str(file), read_only=True) as opened:
        for stream, records in sent(messages).items():
            table = opened.execute(f'select * from main."{stream}"')
            names = [column[0] for column in table.description]
            rows = [dict(zip(names, row, strict=True)) for row in table.fetchall()]
            assert_same_rows(stream, records, rows, lost=lambda value: None if value == "" else value)


@needs_postgres
def test_postgres_takes_the_records_of_the_tap(messages: str, postgres: Postgres, tmp_path: Path) -> None:
    """target-postgres, every value but NUL, which PostgreSQL has no text with."""
    storable = messages.replace("\\u0000", "")
    assert storable != messages
    config = configuration(tmp_path, {**postgres.settings, "default_target_schema": "github"})
    run(published(TARGET_POSTGRES, "target-postgres", "--config", config), text=storable)
    for stream, records in sent(storable).items():
        assert_same_rows(stream, records, postgres.rows(f'github."{stream}"'))


def test_the_loader_takes_the_records_of_another_github_tap(
    data: Path, snowflake: Warehouse, tmp_path: Path
) -> None:
    """meltanolabs-tap-github, every value that it sends; sent again, each row is there once.

    It ends at a repository that is blocked, and shows a token to api.github.com first, so it gets neither.
    """
    readable = tmp_path / "data"
    shutil.copytree(data, readable)
    for repository in Dataset(readable).repository_by_id.values():
        if repository.status in {403, 451}:
            shutil.rmtree(repository.folder)
    organizations = list(Dataset(readable).organization_by_login)
    with serve_github(readable, anonymous_points_per_hour=1_000_000) as server:
        settings = {
            "api_url_base": server.url,
            "organizations": organizations,
            "start_date": "2000-01-01T00:00:00Z",
        }
        command = published(TAP_GITHUB, "tap-github", "--config", configuration(tmp_path, settings))
        catalog = tmp_path / "catalog.json"
        catalog.write_text(json.dumps(selecting(GITHUB_STREAMS, json.loads(run([*command, "--discover"])))))
        written = run([*command, "--catalog", str(catalog)])
    assert sent(written).keys() >= GITHUB_STREAMS
    for _ in range(2):
        load(snowflake, written)


def test_the_loader_takes_the_records_of_a_file(snowflake: Warehouse, tmp_path: Path) -> None:
    """What tap-spreadsheets reads from a CSV file is in the table; read again, each row is there once."""
    people = [
        {"id": "1", "name": "Ada", "joined": "2026-01-02"},
        {"id": "2", "name": 'Grace, the "admiral"', "joined": "2026-02-03"},
        {"id": "3", "name": "Łukasz ✨", "joined": ""},
    ]
    source = tmp_path / "people.csv"
    source_file = {"path": str(source), "format": "csv", "table_name": "people", "primary_keys": ["id"]}
    command = published(
        *(TAP_SPREADSHEETS, "tap-spreadsheets"), "--config", configuration(tmp_path, {"files": [source_file]})
    )
    for rows in (people[:2], people):
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, people[0])
            writer.writeheader()
            writer.writerows(rows)
        load(snowflake, run(command))
        assert len(snowflake.sql("select * from RAW_TABLES.PEOPLE")) == len(rows)


ORDERS = """
create table orders (
    id bigint primary key, price numeric(20, 6), weight double precision, is_paid boolean, label text,
    placed_at timestamptz, shipped_on date, details jsonb, tags text[], placed_local timestamp,
    reference uuid, quantity smallint
);
insert into orders values
    (1, 12345678.123456, 0.1, true, 'naïve ✨', '2026-01-02 03:04:05.123456+02', '2026-02-28',
     '{"a": [1, {"b": null}], "c": "1.0"}', '{x,"y z"}', '2026-03-01 10:00:00',
     '6f1c3f6e-8f4e-4f0e-9a58-3e1f4f3f0a11', 7),
    (9223372036854775807, -0.000001, 1e300, false, E'line\\nbreak \\t tab', '1999-12-31 23:59:59+00',
     '0001-01-01', '[]', '{}', '2026-03-01 10:00:00.5', null, -32768),
    (3, null, null, null, null, null, null, null, null, null, null, null);
"""


@needs_postgres
def test_the_loader_takes_the_rows_of_a_database(
    postgres: Postgres, snowflake: Warehouse, tmp_path: Path
) -> None:
    """What tap-postgres reads from PostgreSQL is in the table, type by type; a change replaces its row.

    It calls a numeric just a number, so that one of more than 15 digits would be rounded, to a FLOAT.
    """
    postgres.run(ORDERS)
    config = configuration(tmp_path, {**postgres.settings, "filter_schemas": ["public"]})
    command = published(TAP_POSTGRES, "tap-postgres", "--config", config)
    catalog = tmp_path / "catalog.json"
    catalog.write_text(json.dumps(selecting({"public-orders"}, json.loads(run([*command, "--discover"])))))
    for _ in range(2):
        load(snowflake, run([*command, "--catalog", str(catalog)]))
        rows: list[dict[str, Any]] = postgres.rows("orders")
        assert_same_rows(
            "orders",
            {(row["id"],): row for row in rows},
            snowflake.sql('select * from RAW_TABLES."PUBLIC_ORDERS"'),
        )
        postgres.run("update orders set price = price + 1, details = '{}' where id = 1")
