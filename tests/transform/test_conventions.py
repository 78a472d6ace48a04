"""The conventions of the dbt project, checked on its manifest and on the warehouse that it built."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from .warehouse import DATABASE

if TYPE_CHECKING:
    from .expected_metrics import Streams
    from .warehouse import Warehouse

pytestmark = pytest.mark.timeout(1200)

PREFIXES = {
    "staging": ("stg_github__", "base_github__", "fivetran_github__", "stg_pipeline__"),
    "intermediate": ("int_github__",),
    "marts": ("fct_github__", "dim_github__", "bridge_github__"),
    "reports": ("rpt_github__", "rpt_pipeline__"),
}
WEEK_OF_THE_ACCOUNT = re.compile(r"date_trunc\('(week|\{\{)|\bdayofweek\(|\bweek\(", re.IGNORECASE)
READS_SOURCES = ("stg_", "base_", "fivetran_")


@pytest.fixture(scope="module")
def manifest(built: Warehouse) -> dict[str, Any]:
    """Return the manifest of the last run of dbt."""
    found: dict[str, Any] = json.loads(
        (built.folder / "target" / "manifest.json").read_text(encoding="utf-8")
    )
    return found


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return the models by name."""
    return {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}


def test_names_say_what_a_model_is(models: dict[str, Any]) -> None:
    """Each folder has its prefixes."""
    strangers = [name for name, node in models.items() if not name.startswith(PREFIXES[node["fqn"][1]])]
    assert not strangers


def test_only_staging_reads_sources(models: dict[str, Any]) -> None:
    """No model beyond staging knows where the rows come from."""
    readers = {
        name
        for name, node in models.items()
        if any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])
    }
    assert readers
    assert not [name for name in readers if not name.startswith(READS_SOURCES)]


def test_every_model_is_described_and_tested(manifest: dict[str, Any], models: dict[str, Any]) -> None:
    """A description, and at least one test of data."""
    tested = {
        parent.rsplit(".", 1)[-1]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
        for parent in node["depends_on"]["nodes"]
    }
    stored = {name for name, node in models.items() if node["config"]["materialized"] != "ephemeral"}
    assert not [name for name, node in models.items() if not node["description"]]
    assert stored <= tested


def test_every_column_is_described(built: Warehouse, manifest: dict[str, Any]) -> None:
    """The columns of every table and view that dbt makes are documented, all of them and no others."""
    found = defaultdict(set)
    for row in built.sql(
        f"select table_name, column_name from {DATABASE}.information_schema.columns "
        "where table_schema <> 'RAW_TABLES'"
    ):
        found[row["TABLE_NAME"].lower()].add(row["COLUMN_NAME"].lower())
    documented = {
        node["name"]: {column["name"] for column in node["columns"].values() if column["description"]}
        for node in manifest["nodes"].values()
        if node["resource_type"] in {"model", "seed", "snapshot"}
        and node["config"]["materialized"] != "ephemeral"
    }
    assert {
        name: found[name] ^ columns for name, columns in documented.items() if found[name] != columns
    } == {}


def test_descriptions_are_kept_in_the_warehouse(built: Warehouse, models: dict[str, Any]) -> None:
    """Snowflake tells what a table and a column is, too."""
    name = "fct_github__pull_request"
    (column,) = built.sql(
        f"select comment from {DATABASE}.information_schema.columns "
        f"where table_name = '{name.upper()}' and column_name = 'CODING_SECONDS'"
    )
    assert column["COMMENT"] == models[name]["columns"]["coding_seconds"]["description"]


def test_marts_keep_their_shape(models: dict[str, Any]) -> None:
    """What others build on has a contract."""
    loose = [
        name
        for name, node in models.items()
        if node["fqn"][1] == "marts" and not node["config"]["contract"]["enforced"]
    ]
    assert not loose


def test_a_day_without_activity_is_no_error(manifest: dict[str, Any]) -> None:
    """Freshness warns of rows that did not change, and fails only where no run has come to its end."""
    sources = [source for source in manifest["sources"].values() if source["source_name"] == "github"]
    limits = {source["name"]: source["freshness"] or {} for source in sources}
    failing = [name for name, each in limits.items() if (each.get("error_after") or {}).get("count")]
    warning = [name for name, each in limits.items() if (each.get("warn_after") or {}).get("count")]
    assert failing == ["load_ledger"]
    assert {"pull_request", "pull_request_review", "commit", "load_ledger"} <= set(warning)


def test_a_stream_that_is_left_out_is_no_error(empty: Warehouse, generated_rows: Streams) -> None:
    """`select` may leave out any stream: its table is not there, and the ledger has nothing of it."""
    empty.load({"pull_request": generated_rows["pull_request"]})
    told = empty.dbt("source", "freshness")
    outcomes = re.findall(r"(PASS|WARN|ERROR) freshness of github\.(\w+) ", told)
    assert {name: outcome for outcome, name in outcomes} == {
        "load_ledger": "PASS",
        "pull_request": "PASS",
        **dict.fromkeys(("commit", "commit_file", "pull_request_review"), "WARN"),
    }


def test_metrics_stand_on_semantic_models(manifest: dict[str, Any]) -> None:
    """The semantic layer is there, and the dashboard is known to depend on what it shows."""
    assert {"merged_pull_requests", "review_coverage", "lead_time_median", "deployment_frequency"} <= {
        metric["name"] for metric in manifest["metrics"].values()
    }
    assert manifest["exposures"]


def test_metrics_of_pull_requests_are_of_people(manifest: dict[str, Any]) -> None:
    """As the reports and the dashboard are; a ratio is of metrics that are."""
    (model,) = (each for each in manifest["semantic_models"].values() if each["name"] == "pull_request")
    measures = {measure["name"] for measure in model["measures"]}
    conditions = {
        metric["name"]: json.dumps(metric["filter"])
        for metric in manifest["metrics"].values()
        if (metric["type_params"]["measure"] or {}).get("name") in measures
    }
    assert len(conditions) == 6
    assert not [name for name, text in conditions.items() if "author_type') }} = 'human'" not in text]


def test_weeks_begin_on_monday_whatever_the_account_says(built: Warehouse, manifest: dict[str, Any]) -> None:
    """In Snowflake the parameter WEEK_START moves the weeks of date_trunc, and of dayofweek."""
    code = {node["name"]: node.get("raw_code", "") for node in manifest["nodes"].values()}
    code |= {
        macro["name"]: macro["macro_sql"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == "github_insights"
    }
    assert not [name for name, text in code.items() if WEEK_OF_THE_ACCOUNT.search(text)]
    wrong = "dayofweekiso(week_start) <> 1 or datediff('day', week_start, date_day) not between 0 and 6"
    assert not built.sql(f"select 1 from dim_github__date where {wrong}")
