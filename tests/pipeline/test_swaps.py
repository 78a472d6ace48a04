"""Either half swaps with another Singer tap or target, as published on the package index."""

from __future__ import annotations

import csv
import json
import shlex
from typing import TYPE_CHECKING

from .conftest import BIN, ROOT
from .expected import EXPECTED, KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Sandbox

PUBLISHED_TAP = "tap-spreadsheets==1.1.2"


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
        rows = [json.loads(line) for line in lines]
        assert {tuple(row[key.lower()] for key in keys) for row in rows} == EXPECTED[name](
            sandbox.generated_data,
        ).keys()


def test_the_loader_takes_the_records_of_another_tap(sandbox: Sandbox, tmp_path: Path) -> None:
    """What tap-spreadsheets reads from a CSV file is in the table; read again, each row is there once."""
    people = [
        {"id": "1", "name": "Ada", "joined": "2026-01-02"},
        {"id": "2", "name": 'Grace, the "admiral"', "joined": "2026-02-03"},
        {"id": "3", "name": "Łukasz ✨", "joined": ""},
    ]
    source = tmp_path / "people.csv"
    config = tmp_path / "config.json"
    source_file = {"path": str(source), "format": "csv", "table_name": "people", "primary_keys": ["id"]}
    config.write_text(json.dumps({"files": [source_file]}), encoding="utf-8")
    tap = shlex.join(
        [str(ROOT / ".tools" / "bin" / "uv"), "tool", "run", "--from", PUBLISHED_TAP, "tap-spreadsheets"]
    )
    pipe = f"{tap} --config {config} | {BIN / 'target-gcs-snowflake-merge'} --config=ENV"
    for rows in (people[:2], people):
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, people[0])
            writer.writeheader()
            writer.writerows(rows)
        result = sandbox.run("bash", "-o", "pipefail", "-c", pipe)
        assert result.returncode == 0, result.stdout
        table = sandbox.table("PEOPLE", ("ID",))
        assert [{name: row[name.upper()] for name in people[0]} for _, row in sorted(table.items())] == rows
