"""What pages say of rows that the generated organisation has none of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .marts import changed
from .pages import END, FIRST, by, figures, metrics, only, opened

if TYPE_CHECKING:
    from tests.transform.warehouse import Warehouse

pytestmark = pytest.mark.timeout(600)

PERIOD = "{0} >= '" + FIRST + "'::timestamp and {0} < '" + END + "'::timestamp"


def test_an_account_that_became_a_machine_always_was_one(connected: Warehouse) -> None:
    """What it changed as long as it was taken for a person is no churn of people either."""
    most = only(
        connected,
        "select lower(author_login) as login, sum(churn) as n from marts.fct_github__commit_file "
        "join marts.dim_github__user on author_user_key = user_key and account_type = 'human' "
        f"where not is_noise and {PERIOD.format('committed_at')} group by 1 order by n desc limit 1",
    )
    of_it = f"github_login = '{most['login']}'"
    before = metrics(opened("code"))["Changed lines"]
    with changed(
        connected,
        "marts.dim_github__user",
        f"update {{}} set is_current = false where {of_it}",
        "insert into {0} select * replace ('now' as user_key, 'service_account' as account_type, "
        f"true as is_current) from {{0}} where {of_it} and valid_to is null",
    ):
        after = metrics(opened("code"))["Changed lines"]
        everybody = metrics(opened("code", {"bots": "1"}))["Changed lines"]
    assert number(after) == number(before) - most["n"]
    assert number(everybody) >= number(before)


def test_what_is_live_once_merged_needs_no_match(connected: Warehouse) -> None:
    """It has lead times, and none of its matches is bad."""
    lead_times = "marts.fct_github__lead_time_to_deploy"
    merged = "update {} set match_method = 'merged_at' where service = 'billing'"
    with changed(connected, lead_times, f"{merged} and deployed_at is not null"):
        shown = figures(opened("delivery"))
    services = {
        heading: by(rows, "service").keys() for heading, rows in shown.items() if "service" in rows[0]
    }
    assert services["Lead time by service"] - services["Match quality"] == {"billing"}


def test_a_deployment_succeeds_or_fails(connected: Warehouse) -> None:
    """A state that comes after a success takes nothing back, and is no second attempt."""
    with changed(connected, "marts.fct_github__deployment", "update {} set state = 'error'"):
        shown = figures(opened("delivery"))["Deployment frequency"]
    failed = only(
        connected,
        "select count(distinct deployment_key) as n from marts.fct_github__deployment "
        "where is_source_of_truth and not is_successful and environment_kind = 'production' "
        f"and {PERIOD.format('started_at')}",
    )
    assert sum(row["Succeeded"] for row in shown) > 0
    assert sum(row["Failed"] for row in shown) == failed["n"]


@pytest.mark.parametrize(
    ("page", "heading", "table", "columns"),
    [
        ("teams", "People", "fct_github__pull_request", ("author_team", "merged_at")),
        (
            "reviews",
            "Load by reviewer",
            "fct_github__pull_request_review",
            ("reviewer_team", "submitted_at"),
        ),
    ],
)
def test_people_are_of_the_team_that_they_were_in_last(
    connected: Warehouse, page: str, heading: str, table: str, columns: tuple[str, str]
) -> None:
    """Of several teams in the period; the last by the alphabet says nothing."""
    team, moment = columns
    moved = f"update {{}} set {team} = iff({moment} < '2026-06-01'::timestamp, 'zoo', 'ark')"
    with changed(connected, f"marts.{table}", moved):
        teams = [row["team"] for row in figures(opened(page, {"people": "1"}))[heading]]
    assert teams.count("ark") > teams.count("zoo")


def number(shown: str) -> int:
    """Return a number by how it is shown."""
    return int(shown.replace(",", ""))
