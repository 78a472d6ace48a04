"""Write the compiled models as plain Snowflake scripts, for those who run no dbt.

`make standalone` compiles and calls this. Each script stands on its own, rebuilds its tables with CREATE OR
REPLACE, and can be run as a Snowflake task; only the snapshots are kept from run to run.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Node = dict[str, Any]

# What each script is for: its own models and all that they are made of; without any, every model.
SCRIPTS = {
    "lead_time_to_deploy.sql": ("fct_github__lead_time_to_deploy", "fct_github__deployment"),
    "reporting_data_model.sql": (),
}
ROWS_PER_INSERT = 500


class StandaloneError(RuntimeError):
    """A project that can not be written as scripts."""


def scripts(manifest: Node, project: Path) -> dict[str, str]:
    """Return the text of each script by its name."""
    nodes = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "seed", "snapshot"}
        and node["config"]["materialized"] != "ephemeral"
    }
    return {
        script: "\n\n".join(_statements(list(_in_order(nodes, _wanted(nodes, models))), project)) + "\n"
        for script, models in SCRIPTS.items()
    }


def _wanted(nodes: dict[str, Node], models: Iterable[str]) -> list[str]:
    """Return the ids of models, or of all where none is named."""
    names = set(models)
    return sorted(name for name, node in nodes.items() if not names or node["name"] in names)


def _in_order(nodes: dict[str, Node], wanted: Iterable[str]) -> Iterator[Node]:
    """Yield nodes and what they are made of, each after all of these."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[Node]:
        if name in done or name not in nodes:
            return
        done.add(name)
        for parent in sorted(nodes[name]["depends_on"].get("nodes", [])):
            yield from visit(parent)
        yield nodes[name]

    for name in wanted:
        yield from visit(name)


def _statements(nodes: list[Node], project: Path) -> Iterator[str]:
    for schema in sorted({f"{node['database']}.{node['schema']}" for node in nodes}):
        yield f"create schema if not exists {schema};"
    for node in nodes:
        yield f"-- {node['name']}"
        if node["resource_type"] == "seed":
            yield from _seed(node, project)
        elif node["resource_type"] == "snapshot":
            yield from _snapshot(node)
        else:
            yield _model(node)


def _relation(node: Node) -> str:
    return f"{node['database']}.{node['schema']}.{node.get('alias') or node['name']}"


def _model(node: Node) -> str:
    kind = "view" if node["config"]["materialized"] == "view" else "transient table"
    text = node.get("compiled_code")
    if not text:
        message = f"{node['name']} is not compiled: run `dbt compile --full-refresh` first."
        raise StandaloneError(message)
    return f"create or replace {kind} {_relation(node)} as\n{text.strip()}\n;"


def _seed(node: Node, project: Path) -> Iterator[str]:
    types = node["config"]["column_types"]
    columns = ",\n".join(f"    {name} {kind}" for name, kind in types.items())
    yield f"create or replace transient table {_relation(node)} (\n{columns}\n);"
    with (project / node["original_file_path"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for start in range(0, len(rows), ROWS_PER_INSERT):
        values = ",\n".join(
            f"    ({', '.join(_literal(row[name], types[name]) for name in types)})"
            for row in rows[start : start + ROWS_PER_INSERT]
        )
        yield f"insert into {_relation(node)} ({', '.join(types)}) values\n{values}\n;"


def _literal(value: str, kind: str) -> str:
    if not value or value.strip().lower() in {"", "null"}:
        return "null"
    if kind != "varchar":
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _snapshot(node: Node) -> Iterator[str]:
    """Yield the statements that keep a `check` snapshot: end states that changed, begin new ones."""
    table, config, query = _relation(node), node["config"], node["compiled_code"].strip()
    key, checked = config["unique_key"], config["check_cols"]
    now = "convert_timezone('UTC', current_timestamp())::timestamp_ntz"
    differs = " or ".join(f"found.{name} is distinct from known.{name}" for name in checked)

    def begun(at: str) -> str:
        return (
            f"select\n    found.*,\n    md5(found.{key} || '|' || {at}) as dbt_scd_id,\n"
            f"    {at} as dbt_updated_at,\n    {at} as dbt_valid_from,\n"
            f"    null::timestamp_ntz as dbt_valid_to\nfrom (\n{query}\n) as found\n"
        )

    yield f"create table if not exists {table} as\n{begun(now)};"
    yield (
        f"update {table} as known\nset dbt_valid_to = {now}\nfrom (\n{query}\n) as found\n"
        f"where known.{key} = found.{key} and known.dbt_valid_to is null and ({differs})\n;"
    )
    # A state begins when the one before it ended, which was a statement ago.
    yield (
        f"insert into {table}\n{begun(f'coalesce(ended.at, {now})')}"  # noqa: S608 - the project's own names
        f"left join {table} as known on found.{key} = known.{key} and known.dbt_valid_to is null\n"
        f"left join (\n    select {key}, max(dbt_valid_to) as at from {table} group by {key}\n) as ended\n"
        f"    on found.{key} = ended.{key}\n"
        f"where known.{key} is null\n;"
    )


def main(project: Path, target: Path) -> None:
    """Write the scripts below TARGET, from its manifest."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    folder = target / "standalone"
    folder.mkdir(exist_ok=True)
    for name, text in scripts(manifest, project).items():
        (folder / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{folder / name}\n")


if __name__ == "__main__":
    HERE = Path(__file__).parent
    try:
        main(HERE, Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "target")
    except (FileNotFoundError, StandaloneError) as error:
        sys.exit(f"standalone: {error}")
