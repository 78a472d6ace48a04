"""Marts that dbt has made of a generated organisation into which hostile texts have found their way."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st
from sandbox.github.generate import generate

from tests.transform.raw_rows import raw_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.transform.warehouse import Warehouse

    Row = dict[str, Any]

TITLE = "<script>alert(1)</script> **bold** [link](javascript:alert(2)) :smile: $x^2$ \N{ROCKET}"
PERSON = "<img src=x onerror=alert(3)> _Eve_ :red[Mallory]"
TEAM = "*ops* `x` <b>& co</b> :fire: \N{FIRE}"
PATH = "src/<svg onload=alert(4)>.py"
ADDRESS = "javascript:alert(5)"


def with_hostile_texts(streams: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Return raw rows with a hostile title, name, team, path and address in places that pages show."""
    last_merge = max(row["merged_at"] for row in streams["pull_request"] if row["merged_at"])
    first_open = min(
        (row for row in streams["pull_request"] if row["state"] == "open"), key=lambda row: row["updated_at"]
    )
    for row in streams["pull_request"]:
        # The one that has waited longest is the first of the stuck ones.
        if row is first_open:
            row.update(title=TITLE, html_url=ADDRESS)
        if row["merged_at"] == last_merge:
            row.update(title=TITLE)
    teams = sorted({row["team"] for row in streams["user_lookup"] if row["team"]})
    for row in streams["user_lookup"]:
        if row["team"] == teams[0]:
            row.update(team=TEAM, name=PERSON)
    changed = Counter(row["filename"] for row in streams["commit_file"] if row["filename"].endswith(".ts"))
    ((most_changed, _),) = changed.most_common(1)
    for row in streams["commit_file"]:
        if row["filename"] == most_changed:
            row.update(filename=PATH)
    return streams


def fill(opened: Warehouse) -> None:
    """Make the marts."""
    data = opened.folder / "github"
    generate(data, seed=11, size="small")
    opened.load(with_hostile_texts(raw_rows(data)))
    kinds = ("seed", "snapshot", "model")
    opened.dbt("build", *(part for kind in kinds for part in ("--resource-type", kind)))


@contextmanager
def changed(marts: Warehouse, table: str, *statements: str) -> Iterator[None]:
    """Let statements change a table for a while."""
    marts.sql(f"create table marts.kept as select * from {table}")
    try:
        for statement in statements:
            marts.sql(statement.format(table))
        st.cache_data.clear()
        yield
    finally:
        marts.sql(f"delete from {table}")
        marts.sql(f"insert into {table} select * from marts.kept")
        marts.sql("drop table marts.kept")
        st.cache_data.clear()


@dataclass(frozen=True)
class Counted:
    """The statements that a dashboard sends."""

    marts: Warehouse

    def clear(self) -> None:
        """Count from now on."""
        self.marts.snowflake.clear_requests()

    def statements(self) -> list[str]:
        """Return the statements since then."""
        found = (entry["statement"] for entry in self.marts.snowflake.requests())
        return [text for text in found if text and text.lstrip().lower().startswith(("select", "with"))]
