"""The numbers of every page and filter are those of plain SQL over the marts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from dashboard.app import PAGES
from dashboard.durations import duration

from .marts import ADDRESS, PATH, PERSON, TEAM, TITLE
from .pages import END, FIRST, HUMANS, by, figures, metrics, of_people, only, opened

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

    from tests.transform.warehouse import Warehouse

    from .marts import Counted
    from .pages import Parameters

pytestmark = pytest.mark.timeout(600)

# A filter: what the URL says, and what it means in SQL over fct_github__pull_request.
FILTERS: dict[str, tuple[Parameters, str, str, str]] = {
    "none": ({}, HUMANS, FIRST, END),
    "organisation": ({"org": "lantern-labs"}, f"{HUMANS} and source_org = 'lantern-labs'", FIRST, END),
    "two organisations": ({"org": ["lantern-labs", "lantern-works"]}, HUMANS, FIRST, END),
    "team": ({"team": "payments"}, f"{HUMANS} and author_team = 'payments'", FIRST, END),
    "team unknown": ({"team": "unknown"}, f"{HUMANS} and author_team is null", FIRST, END),
    "repository": (
        {"repo": "lantern-works/web-app"},
        f"{HUMANS} and repository_full_name = 'lantern-works/web-app'",
        FIRST,
        END,
    ),
    "weeks": ({"weeks": "4"}, HUMANS, "2026-06-03", END),
    "own period": ({"from": "2026-05-01", "to": "2026-05-31"}, HUMANS, "2026-05-01", "2026-06-01"),
    "bots": ({"bots": "1"}, "true", FIRST, END),
}


def merged(marts: Warehouse, condition: str, first: str, end: str) -> dict[str, Any]:
    """Return what became of the pull requests that a condition holds for and that were merged in a period."""
    return only(
        marts,
        "select count(*) as merged, count_if(is_reviewed) as reviewed, "
        "percentile_cont(0.5) within group (order by seconds_to_merge) as p50, "
        "percentile_cont(0.5) within group (order by seconds_to_first_review) as first_review_p50 "
        f"from marts.fct_github__pull_request where {condition} "
        f"and merged_at >= '{first}'::timestamp and merged_at < '{end}'::timestamp",
    )


def texts(app: AppTest) -> str:
    """Return all that a page shows in tables."""
    return "\n".join(each.value.to_csv() for each in app.dataframe)


@pytest.mark.parametrize("name", FILTERS)
def test_numbers_are_those_of_the_marts(connected: Warehouse, name: str) -> None:
    """Under every filter, the overview says what plain SQL over the marts says."""
    parameters, condition, first, end = FILTERS[name]
    expected = merged(connected, condition, first, end)
    assert expected["merged"] > 0
    shown = metrics(opened("overview", parameters))
    assert shown["Merged"] == f"{expected['merged']:,}"
    assert next(v for k, v in shown.items() if k.startswith("Cycle time")) == duration(float(expected["p50"]))
    share = 100 * expected["reviewed"] / expected["merged"]
    assert next(v for k, v in shown.items() if k.startswith("Review coverage")) == f"{share:.1f} %"


def test_filters_differ(connected: Warehouse) -> None:
    """The filters above would not all say the same if they did nothing."""
    counts = {name: merged(connected, *rest)["merged"] for name, (_, *rest) in FILTERS.items()}
    assert counts["bots"] > counts["none"] == counts["two organisations"]
    assert len(set(counts.values())) == len(counts) - 1


def test_stages_are_those_of_the_marts(connected: Warehouse) -> None:
    """Each stage has the percentiles of the pull requests that have it; one that is unknown is not 0."""
    stages = by(figures(opened("pull-requests"))["Stages"], "stage")
    for stage in ("coding", "pickup", "review", "deploy"):
        (expected,) = of_people(
            connected,
            f"select count({stage}_seconds) as n, median({stage}_seconds) as p50, percentile_cont(0.95) "
            f"within group (order by {stage}_seconds) as p95 from {{pull_request}} as p",
        )
        shown = stages[stage.capitalize()]
        assert shown["case_count"] == expected["n"]
        assert shown["p50"] == pytest.approx(float(expected["p50"]))
        assert shown["p95"] == pytest.approx(float(expected["p95"]))
    assert stages["Deploy"]["case_count"] < stages["Deploy"]["merged_count"]


def test_the_distribution_counts_every_merge_once(connected: Warehouse) -> None:
    """The ranges share out what was merged."""
    shown = by(figures(opened("pull-requests"))["Time to merge"], "range")
    (expected,) = of_people(
        connected,
        "select count(*) as n, count_if(seconds_to_merge < 3600) as hour, "
        "count_if(seconds_to_merge >= 86400 and seconds_to_merge < 259200) as days from {pull_request} as p",
    )
    assert sum(row["count"] for row in shown.values()) == expected["n"]
    assert shown["< 1 h"]["count"] == expected["hour"]
    assert shown["1 to 3 d"]["count"] == expected["days"]


def test_a_merge_without_a_time_is_not_the_slowest(connected: Warehouse) -> None:
    """It is in no range, and not in the list, of which it would be the first: NULL is the greatest value."""
    (slowest,) = of_people(
        connected,
        "select pull_request_key, html_url, seconds_to_merge from {pull_request} as p "
        "order by seconds_to_merge desc limit 1",
    )
    changed = f"where pull_request_key = '{slowest['pull_request_key']}'"
    connected.sql(f"update marts.fct_github__pull_request set seconds_to_merge = null {changed}")
    try:
        shown = figures(opened("pull-requests"))
    finally:
        connected.sql(
            "update marts.fct_github__pull_request "
            f"set seconds_to_merge = {slowest['seconds_to_merge']} {changed}"
        )
    (expected,) = of_people(connected, "select count(*) - 1 as n from {pull_request} as p")
    assert sum(row["count"] for row in shown["Time to merge"]) == expected["n"]
    assert slowest["html_url"] not in [row["link"] for row in shown["Slowest"]]


def test_what_is_stuck_is_open_and_untouched_for_a_week(connected: Warehouse) -> None:
    """The longest untouched comes first; an address that is no web address leads nowhere.

    In an archived repository nobody can touch what is open.
    """
    shown = figures(opened("pull-requests"))["Stuck"]
    expected = only(
        connected,
        "select count_if(not is_archived) as n, count_if(is_archived) as archived "
        "from marts.fct_github__pull_request as p join marts.dim_github__repository using (repository_key) "
        f"where {HUMANS} and state = 'open' and p.updated_at < '2026-06-23'::timestamp",
    )
    assert len(shown) == expected["n"]
    assert expected["archived"]
    assert shown[0]["title"] == TITLE
    links = [str(row["link"]) for row in shown]
    assert ADDRESS not in links
    assert sum(link.startswith("https://github.com/") for link in links) == len(shown) - 1
    assert [row["idle_days"] for row in shown] == sorted((row["idle_days"] for row in shown), reverse=True)
    assert min(row["idle_days"] for row in shown) >= 7


def test_the_slowest_are_those_of_the_marts(connected: Warehouse) -> None:
    """What took longest from opening to merge comes first."""
    shown = figures(opened("pull-requests"))["Slowest"]
    expected = of_people(
        connected,
        "select number, html_url, round(seconds_to_merge / 3600, 1)::float as hours from {pull_request} as p "
        "order by seconds_to_merge desc limit 10",
    )
    assert [row["link"] for row in shown[:10]] == [row["html_url"] for row in expected]
    assert [row["hours_to_merge"] for row in shown[:10]] == [row["hours"] for row in expected]


def test_the_load_is_that_of_the_marts(connected: Warehouse) -> None:
    """Reviews that count, by reviewer, add up; the team filter means the team of the reviewer."""
    condition = (
        "from marts.fct_github__pull_request_review where is_counted "
        f"and submitted_at >= '{FIRST}'::timestamp and submitted_at < '{END}'::timestamp"
    )
    expected = only(
        connected, f"select count(*) as reviews, count(distinct reviewer_person_key) as people {condition}"
    )
    app = opened("reviews")
    load = figures(app)["Load by reviewer"]
    assert metrics(app)["Reviews"] == f"{expected['reviews']:,}"
    assert metrics(app)["Reviewers"] == str(expected["people"]) == str(len(load))
    assert sum(row["reviews"] for row in load) == expected["reviews"]
    assert [row["reviews"] for row in load] == sorted((row["reviews"] for row in load), reverse=True)
    team = only(connected, f"select count(*) as reviews {condition} and reviewer_team = 'payments'")
    assert metrics(opened("reviews", {"team": "payments"}))["Reviews"] == str(team["reviews"])


def test_coverage_by_repository_is_that_of_the_marts(connected: Warehouse) -> None:
    """Each repository has its reviewed and its other merges."""
    shown = by(figures(opened("reviews"))["Coverage by repository"], "repository")
    expected = of_people(
        connected,
        "select repository_full_name as name, count_if(is_reviewed) as yes, count_if(not is_reviewed) as no "
        "from {pull_request} as p group by 1",
    )
    assert {name: (row["Reviewed"], row["Not reviewed"]) for name, row in shown.items()} == {
        row["name"]: (row["yes"], row["no"]) for row in expected
    }


def test_code_is_that_of_the_marts(connected: Warehouse) -> None:
    """Churn without noise, the file that changes most, the folders of one person."""
    app = opened("code")
    condition = (
        "from marts.fct_github__commit_file as f left join marts.dim_github__user as u "
        "on lower(f.author_login) = u.github_login and u.is_current "
        "where coalesce(u.account_type, 'human') = 'human' "
        f"and f.committed_at >= '{FIRST}'::timestamp and f.committed_at < '{END}'::timestamp"
    )
    churn = only(connected, f"select sum(churn) as n {condition} and not f.is_noise")
    assert metrics(app)["Changed lines"] == f"{churn['n']:,}"
    assert sum(row["churn"] for row in figures(app)["Churn"]) == churn["n"]
    most = only(
        connected,
        f"select count(distinct f.commit_key) as n {condition} and not f.is_noise group by f.file_path, "
        "f.repository_full_name order by n desc limit 1",
    )
    assert figures(app)["Hotspots"][0]["commit_count"] == most["n"]
    owned = only(connected, "select count(*) as n from reports.rpt_github__code_ownership where churn > 0")
    assert len(figures(app)["Ownership"]) == owned["n"]


def test_teams_are_those_of_the_marts(connected: Warehouse) -> None:
    """Each team has its merges, and a median of its own."""
    shown = by(figures(opened("teams"))["Teams"], "team")
    expected = of_people(
        connected,
        "select coalesce(author_team, 'unknown') as team, count(*) as n, "
        "round(median(seconds_to_merge) / 3600, 1)::float as hours from {pull_request} as p group by 1",
    )
    assert {name: (row["merged_count"], row["merge_hours"]) for name, row in shown.items()} == {
        row["team"]: (row["n"], pytest.approx(row["hours"], abs=0.051)) for row in expected
    }
    assert TEAM in shown


@pytest.mark.parametrize("page", PAGES)
def test_people_are_hidden_until_asked_for(connected: Warehouse, page: str) -> None:
    """No name or login of a person is in any table, nor sent by the warehouse, before it is switched on."""
    names = {
        str(value)
        for row in connected.sql(
            "select github_login, name from marts.dim_github__user where account_type = 'human'"
        )
        for value in row.values()
        if value
    }
    hidden = texts(opened(page))
    assert not [name for name in names if name in hidden]
    if page in ("pull-requests", "reviews", "code", "teams"):
        shown = texts(opened(page, {"people": "1"}))
        assert [name for name in names if name in shown]


@pytest.mark.usefixtures("connected")
def test_hostile_texts_stay_texts() -> None:
    """What came from GitHub is in tables as it is, and in no Markdown."""
    people: Parameters = {"people": "1"}
    shown = "\n".join(
        repr(figures(opened(page, people))) for page in ("pull-requests", "code", "teams", "reviews")
    )
    for text in (TITLE, PATH, TEAM, PERSON):
        assert repr(text)[1:-1] in shown
    assert ADDRESS not in shown
    for page in PAGES:
        app = opened(page, people)
        marked = "\n".join(
            str(each.value) for kind in ("markdown", "caption", "info", "warning") for each in app.get(kind)
        )
        assert not [text for text in (TITLE, PATH, TEAM, PERSON) if text[:12] in marked]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_few_queries_and_keeps_the_answers(counted: Counted, page: str) -> None:
    """A page asks eight queries at most, over marts and reports only; opened again, none at all."""
    opened(page)
    asked = counted.statements()
    assert 0 < len(asked) <= 8
    tables = {
        name.lower()
        for text in asked
        for name in re.findall(r"(?:from|join)\s+(\w+\.\w+)", text, re.IGNORECASE)
    }
    assert tables
    assert all(re.fullmatch(r"marts\.(fct|dim)_\w+|reports\.rpt_\w+", name) for name in tables)
    counted.clear()
    opened(page)
    assert counted.statements() == []
