"""The page of deliveries: its numbers are those of plain SQL over the marts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .pages import END, FIRST, HUMANS, by, figures, metrics, of_people, only, opened

if TYPE_CHECKING:
    from tests.transform.warehouse import Warehouse

pytestmark = pytest.mark.timeout(600)


def test_delivery_is_that_of_the_marts(connected: Warehouse) -> None:
    """Lead times and their matching by service, deployments, and what waits."""
    app = opened("delivery")
    shown = figures(app)
    rows = connected.sql(
        "select l.service as service, count(*) as n, median(l.lead_time_seconds)::float as p50, "
        "count_if(l.match_method = 'sha') as exact from marts.fct_github__lead_time_to_deploy as l "
        f"join marts.fct_github__pull_request as p using (pull_request_key) where p.{HUMANS} "
        f"and l.deployed_at >= '{FIRST}'::timestamp and l.deployed_at < '{END}'::timestamp group by 1"
    )
    expected = {row["SERVICE"]: row for row in rows}
    lead_times = by(shown["Lead time by service"], "service")
    assert lead_times.keys() == expected.keys()
    for service, row in lead_times.items():
        assert row["case_count"] == expected[service]["N"]
        assert row["p50"] == pytest.approx(expected[service]["P50"])
    exact = {name: row["Exact"] for name, row in by(shown["Match quality"], "service").items()}
    assert exact == {name: row["EXACT"] for name, row in expected.items()}
    deployed = only(
        connected,
        "select count(distinct deployment_key) as n, count(*) as with_services "
        "from marts.fct_github__deployment where is_source_of_truth and is_successful "
        f"and environment_kind = 'production' and started_at >= '{FIRST}' and started_at < '{END}'",
    )
    assert deployed["n"] < deployed["with_services"]
    assert metrics(app)["Deployments"] == str(deployed["n"])
    assert sum(row["Succeeded"] for row in shown["Deployment frequency"]) == deployed["n"]


def test_only_what_is_ever_deployed_waits_for_it(connected: Warehouse) -> None:
    """Of a service without any deployment nobody tells when it comes to production."""
    statement = (
        "select count(*) as merged, count_if(l.deployed_at is null) as waiting "
        "from marts.fct_github__lead_time_to_deploy as l join {pull_request} as p using (pull_request_key)"
    )
    deployed = "select service from marts.fct_github__deployment where is_source_of_truth and is_successful"
    (all_of_them,) = of_people(connected, statement)
    (known,) = of_people(
        connected, f"{statement} where service in ({deployed} and environment_kind = 'production')"
    )
    (told,) = (each.value for each in opened("delivery").caption if "not in production yet" in each.value)
    assert told.startswith(f"{known['waiting']:,} of {known['merged']:,} changes")
    assert 0 < known["waiting"] < all_of_them["waiting"]
