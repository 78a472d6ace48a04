"""Incremental runs show what changed, write nothing where nothing did, and end where a full refresh does."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from tests.orchestrate.privileges import granted, needed

from .warehouse import DATABASE, warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .expected_metrics import Streams
    from .raw_rows import Row
    from .warehouse import Warehouse

pytestmark = pytest.mark.timeout(1200)

ORG = "acme"
REPOSITORY = 7
SHARED = {"_source_org": ORG, "repository_id": REPOSITORY}
FACTS = (
    *("fct_github__pull_request", "fct_github__pull_request_review"),
    *("fct_github__pull_request_review_summary", "fct_github__lead_time_to_deploy"),
    *("fct_github__commit_file", "dim_github__user", "rpt_github__pull_request_weekly"),
)
OTHER_ORG = "other"
TOOLS = 9  # a repository that moves to the other organisation
GONE = "set _deleted_at = sysdate(), _ingested_at = sysdate()"
RUN = ("build", "--resource-type", "seed", "--resource-type", "snapshot", "--resource-type", "model")


def pull(number: int, **values: Any) -> Row:
    """Return a pull request that was opened on the day of its number."""
    return {
        **SHARED,
        "id": number,
        "number": number,
        "repository_full_name": f"{ORG}/shop",
        "title": f"Change {number}",
        "state": "open",
        "user_id": 1,
        "user_login": "ann",
        "user_type": "User",
        "base_ref": "main",
        "default_branch": "main",
        "head_ref": f"change-{number}",
        "created_at": f"2026-01-{number:02}T10:00:00Z",
        "updated_at": f"2026-01-{number:02}T10:00:00Z",
        "additions": 5,
        "deletions": 1,
        "changed_files": 1,
        "commits": 1,
        **values,
    }


def merged(number: int, **values: Any) -> Row:
    """Return a pull request that was merged two hours after its opening."""
    at = f"2026-01-{number:02}T12:00:00Z"
    merge = {"state": "closed", "merged_at": at, "closed_at": at, "merge_commit_sha": f"merge-{number}"}
    return pull(number, **merge, merged=True, merged_by_login="ben", merged_by_id=2, **values)


def review(identifier: int, number: int, **values: Any) -> Row:
    """Return an approval half an hour after the opening of a pull request."""
    return {
        **SHARED,
        "id": identifier,
        "pull_request_id": number,
        "pull_request_number": number,
        "user_id": 2,
        "user_login": "ben",
        "user_type": "User",
        "state": "APPROVED",
        "commit_sha": f"head-{number}",
        "submitted_at": f"2026-01-{number:02}T10:30:00Z",
        **values,
    }


def commit(number: int, *parents: str) -> Row:
    """Return the commit that merged a pull request."""
    return {
        **SHARED,
        "sha": f"merge-{number}",
        "repository_full_name": f"{ORG}/shop",
        "parent_shas": list(parents),
        "parent_count": len(parents),
        "committed_at": f"2026-01-{number:02}T12:00:00Z",
    }


def file(number: int, name: str) -> Row:
    """Return a file of such a commit."""
    return {
        **SHARED,
        "repository_full_name": f"{ORG}/shop",
        "commit_sha": f"merge-{number}",
        "filename": name,
        "status": "modified",
        "additions": 5,
        "deletions": 1,
        "author_login": "ann",
        "committed_at": f"2026-01-{number:02}T12:00:00Z",
        "parent_count": 1,
    }


def deployment(identifier: int, sha: str, at: str) -> Row:
    """Return a successful deployment to production."""
    return {
        **SHARED,
        "id": identifier,
        "sha": sha,
        "environment": "production",
        "production_environment": True,
        "state": "success",
        "created_at": at,
        "updated_at": at,
        "succeeded_at": at,
    }


def person(login: str, **values: Any) -> Row:
    """Return a row of the lookup."""
    return {
        "_source_org": ORG,
        "github_login": login,
        "match_method": "mapping_file",
        "ldap": login,
        **values,
    }


def repository(name: str) -> Row:
    """Return the repository by a name of its."""
    names = {"name": name, "full_name": f"{ORG}/{name}", "owner_login": ORG}
    return {"_source_org": ORG, "id": REPOSITORY, **names}


def tools(org: str) -> Streams:
    """Return a repository with all of its rows, under one of its owners."""
    names = {"_source_org": org, "repository_id": TOOLS, "repository_full_name": f"{org}/tools"}
    return {
        "repository": [{"_source_org": org, "id": TOOLS, "name": "tools", "full_name": f"{org}/tools"}],
        "pull_request": [merged(28) | names],
        "pull_request_review": [review(91, 28) | names],
        "commit": [commit(28) | names],
        "commit_file": [file(28, "tools/saw.py") | names],
        "deployment": [deployment(92, "merge-28", "2026-01-29T12:00:00Z") | names],
    }


def first_load() -> Streams:
    """Return the rows of the first day."""
    return {
        "repository": [repository("shop")],
        "pull_request": [
            merged(1),
            merged(2),
            pull(3, state="closed", closed_at="2026-01-03T11:00:00Z"),
            pull(4),
        ],
        "pull_request_review": [review(11, 1), review(12, 2)],
        "pull_request_commit": [
            {
                **SHARED,
                "pull_request_id": number,
                "pull_request_number": number,
                "commit_sha": f"head-{number}",
                "position": 1,
                "authored_at": f"2026-01-{number:02}T09:00:00Z",
                "committed_at": f"2026-01-{number:02}T09:00:00Z",
            }
            for number in (1, 2, 3, 4)
        ],
        "commit": [commit(1), commit(2, "merge-1")],
        "commit_file": [file(1, "shop/cart.py"), file(2, "shop/till.py"), file(2, "poetry.lock")],
        "deployment": [deployment(21, "merge-1", "2026-01-01T15:00:00Z")],
        "deployment_status": [],
        "release": [],
        "user_lookup": [person("ann", team="web"), person("ben", team="search")],
    }


def contents(opened: Warehouse) -> dict[str, list[str]]:
    """Return every fact whole, in an order of its own."""
    return {name: sorted(map(repr, opened.sql(f"select * from {schema(name)}.{name}"))) for name in FACTS}


def schema(name: str) -> str:
    """Return the schema of a model."""
    return "reports" if name.startswith("rpt_") else "marts"


def fact(opened: Warehouse, number: int) -> Row:
    """Return a pull request of the fact."""
    (row,) = opened.sql(f"select * from fct_github__pull_request where number = {number}")
    return row


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warehouse, dict[str, Any]]]:
    """Return a warehouse after two loads, each followed by a run, with what was seen between them."""
    with warehouse(tmp_path_factory.mktemp("days")) as opened:
        opened.load(first_load())
        opened.load(tools(ORG))
        opened.dbt(*RUN)
        seen: dict[str, Any] = {"first": contents(opened)}
        opened.dbt(*RUN)
        seen["unchanged"] = contents(opened)
        opened.load(
            {
                "pull_request": [
                    pull(3, updated_at="2026-01-20T00:00:00Z"),
                    merged(5, title='Revert "Change 2"', head_ref="revert-2-change-2"),
                ],
                "pull_request_review": [review(13, 4, submitted_at="2026-01-19T10:00:00Z")],
                "commit": [commit(5, "merge-2")],
                "commit_file": [
                    file(5, "shop/till.py"),
                    # GitHub's description lets the date of a commit be missing.
                    file(5, "shop/undated.py") | {"committed_at": None},
                ],
                "deployment": [deployment(22, "merge-5", "2026-01-06T12:00:00Z")],
                "user_lookup": [person("ann", team="payments")],
            }
        )
        raw = "github_pipelines.raw_tables"
        for table, condition in (
            ("pull_request_review", "id = 11"),
            ("commit_file", "filename = 'poetry.lock'"),
        ):
            opened.sql(f"update {raw}.{table} {GONE} where {condition}")
        opened.dbt(*RUN)
        seen["second"] = contents(opened)
        opened.sql(f"update {raw}.pull_request {GONE} where id = 4")
        opened.load({"repository": [repository("store")]})
        opened.load(tools(OTHER_ORG))
        for table in tools(ORG):
            column = "id" if table == "repository" else "repository_id"
            opened.sql(f"update {raw}.{table} {GONE} where _source_org = '{ORG}' and {column} = {TOOLS}")
        opened.dbt(*RUN)
        seen["third"] = contents(opened)
        yield opened, seen


def test_a_run_over_unchanged_data_changes_nothing(days: tuple[Warehouse, dict[str, Any]]) -> None:
    """The second run leaves every row as it was."""
    _, seen = days
    assert seen["unchanged"] == seen["first"]


def test_late_events_show_up_in_the_next_run(days: tuple[Warehouse, dict[str, Any]]) -> None:
    """A late deployment, a re-opened pull request, a revert, a deleted review, and a change of team."""
    opened, _ = days
    assert fact(opened, 2)["DEPLOY_SECONDS"] == 4 * 86400
    assert fact(opened, 2)["IS_REVERTED"] is True
    assert fact(opened, 3)["STATE"] == "open"
    assert fact(opened, 3)["CLOSED_AT"] is None
    assert fact(opened, 1)["REVIEW_COUNT"] == 0
    assert fact(opened, 1)["PICKUP_SECONDS"] is None
    assert fact(opened, 5)["IS_REVERT"] is True
    assert fact(opened, 5)["AUTHOR_TEAM"] == "web"
    periods = opened.sql("select team, valid_to from dim_github__user where github_login = 'ann' order by 2")
    assert {row["TEAM"] for row in periods} == {"web", "payments"}


def test_who_somebody_is_may_change_without_a_load(tmp_path: Path) -> None:
    """A seed says so: the old state is kept, the new one begins, and every fact finds its person."""
    chosen = ("--select", "+fct_github__pull_request")
    models = ("build", "--resource-type", "snapshot", "--resource-type", "model", *chosen)
    with warehouse(tmp_path) as opened:
        opened.load(first_load())
        opened.dbt(*RUN, *chosen)
        seed = f"{DATABASE}.seeds.github_identity_override"
        opened.sql(f"insert into {seed} (github_login, team) values ('ann', 'platform')")
        opened.dbt(*models)
        opened.sql("delete from github_pipelines.raw_tables.user_lookup where github_login = 'ben'")
        opened.dbt(*models)
        periods = opened.sql(
            "select github_login, team, is_current from dim_github__user "
            "where github_login in ('ann', 'ben') order by github_login, valid_from"
        )
        assert [tuple(row.values()) for row in periods] == [
            ("ann", "web", False),
            ("ann", "platform", True),
            ("ben", "search", False),
            ("ben", None, True),
        ]
        lost = "author_user_key is null or author_user_key not in (select user_key from dim_github__user)"
        assert not opened.sql(f"select 1 from fct_github__pull_request where {lost}")
        assert len(opened.sql("select 1 from fct_github__pull_request")) == 4


def test_a_renamed_default_branch_changes_nothing_of_before(tmp_path: Path) -> None:
    """Merges keep the former name of their branch; one into another branch, or too late, is none."""
    run = (*RUN, "--select", "+fct_github__pull_request")
    old = {"base_ref": "master", "default_branch": "master"}
    with warehouse(tmp_path) as opened:
        pulls = [merged(1, **old), merged(2, **old), merged(3, **old | {"base_ref": "change-2"})]
        named = {"repository": [repository("shop") | {"default_branch": "master"}], "pull_request": pulls}
        opened.load(first_load() | named)
        opened.dbt(*run)
        before = deployed(opened)
        assert before == {1: 3 * 3600, 2: None}

        # A branch of the former name that is there still, as where develop is replaced by main.
        later = "2099-01-01T00:00:00Z"
        pulls.append(merged(6, **old) | {"merged_at": later, "closed_at": later})
        read_again = [each | {"default_branch": "main"} for each in pulls]
        opened.load(
            {
                "repository": [repository("shop") | {"default_branch": "main"}],
                "pull_request": [read_again[0], *read_again[2:], merged(5)],
                "commit": [commit(5, "merge-2")],
                "deployment": [deployment(22, "merge-5", "2026-01-06T12:00:00Z")],
            }
        )
        opened.dbt(*run)
        after = before | {2: 4 * 86400, 5: 86400}
        assert deployed(opened) == after

        # One row that was not read again tells the former name.
        opened.sql(f"drop table {DATABASE}.snapshots.snap_github__default_branch")
        opened.dbt(*run, "--full-refresh")
        assert deployed(opened) == after

        opened.load({"pull_request": read_again})
        for refresh in ((), ("--full-refresh",)):
            opened.dbt(*run, *refresh)
            assert deployed(opened) == after


def deployed(opened: Warehouse) -> dict[int, int | None]:
    """Return the seconds from merge to deployment of what is merged into the default branch, by number."""
    rows = opened.sql("select number, merge_to_deploy_seconds from fct_github__lead_time_to_deploy")
    found = {row["NUMBER"]: row["MERGE_TO_DEPLOY_SECONDS"] for row in rows}
    marks = opened.sql("select number from fct_github__pull_request where is_merged and is_to_default_branch")
    assert {row["NUMBER"] for row in marks} == found.keys()
    return found


def test_a_late_review_is_in_the_next_run(days: tuple[Warehouse, dict[str, Any]]) -> None:
    """The review of a pull request that was not itself loaded again counts."""
    _, seen = days
    (row,) = (row for row in seen["second"]["fct_github__pull_request"] if "'NUMBER': 4," in row)
    assert "'REVIEW_COUNT': 1" in row


def test_deleted_rows_leave_the_facts(days: tuple[Warehouse, dict[str, Any]]) -> None:
    """A pull request that is gone takes its reviews along; a file that is gone goes alone."""
    opened, _ = days
    assert not opened.sql("select 1 from fct_github__pull_request where number = 4")
    assert not opened.sql("select 1 from fct_github__pull_request_review where pull_request_number = 4")
    assert not opened.sql("select 1 from fct_github__commit_file where file_path = 'poetry.lock'")
    assert opened.sql("select 1 from fct_github__commit_file where file_path = 'shop/cart.py'")


def test_what_is_renamed_has_its_present_name_everywhere(days: tuple[Warehouse, dict[str, Any]]) -> None:
    """No row of the repository was loaded again; the filters of the dashboard offer the present name."""
    opened, _ = days
    for name in FACTS[:5]:
        rows = opened.sql(f"select distinct repository_full_name as name from {name}")
        assert {row["NAME"] for row in rows} == {f"{ORG}/store", f"{OTHER_ORG}/tools"}, name


def test_a_repository_that_moved_counts_once(days: tuple[Warehouse, dict[str, Any]]) -> None:
    """What the tap tells as gone under its former owner is there under the present one, and nowhere else."""
    opened, _ = days
    for name in FACTS[:5]:
        rows = opened.sql(f"select source_org from {name} where repository_full_name like '%/tools'")
        assert [row["SOURCE_ORG"] for row in rows] == [OTHER_ORG], name
    assert not opened.sql(
        f"select 1 from dim_github__repository where source_org = '{ORG}' and repository_id = {TOOLS}"
    )


def test_a_full_refresh_gives_the_same_rows(days: tuple[Warehouse, dict[str, Any]]) -> None:
    """Many incremental runs and one that begins anew end alike."""
    opened, seen = days
    before = deepcopy(seen["third"])
    opened.dbt(*RUN, "--full-refresh")
    assert contents(opened) == before


def test_the_grants_of_dbt_are_what_it_needs(days: tuple[Warehouse, dict[str, Any]]) -> None:
    """Every statement of runs and of a unit test stands in PRIVILEGES.md; the sum is what is granted."""
    opened, _ = days
    opened.dbt("test", "--select", "test_type:unit,path:models/staging")
    sent = [each["statement"] for each in opened.snowflake.requests() if each["client"].startswith("dbt")]
    needs, unknown = needed("transformer", filter(None, sent), DATABASE)
    assert not unknown
    assert needs == granted("transformer")
