"""What somebody chooses is in the address, or the page says why it shows less."""

from __future__ import annotations

from datetime import date

import pytest
from dashboard.app import PAGES
from dashboard.durations import duration
from dashboard.sidebar import OWN

from .pages import metrics, opened

pytestmark = pytest.mark.timeout(600)


@pytest.mark.usefixtures("connected")
@pytest.mark.parametrize("page", PAGES)
def test_an_empty_period_says_so(page: str) -> None:
    """Where there is no data there is no number but 0, and a sentence; runs have no period."""
    app = opened(page, {"from": "2019-01-01", "to": "2019-03-31"})
    assert any("No data" in each.value for each in app.warning)
    assert page == "pipeline" or set(metrics(app).values()) <= {"0", "0.0", duration(None)}


@pytest.mark.usefixtures("connected")
def test_a_period_that_the_data_does_not_cover_is_marked() -> None:
    """Half a year more than there is: partial, and compared with nothing."""
    app = opened("overview", {"weeks": "52"})
    assert any("Partial data" in each.value for each in app.warning)
    assert {each.delta for each in app.metric} == {""}
    assert {each.delta for each in opened("overview").metric} != {""}


@pytest.mark.usefixtures("connected")
def test_what_is_chosen_goes_into_the_address() -> None:
    """A choice is in the URL, and the URL gives the same view to somebody else."""
    app = opened("overview")
    app.multiselect(key="repositories").set_value(["lantern-works/web-app"])
    app.selectbox(key="weeks").set_value(4)
    app.toggle(key="with_bots").set_value(True)
    app.run()
    address = dict(app.query_params)
    assert address == {"repo": "lantern-works/web-app", "weeks": "4", "bots": "1"}
    assert metrics(opened("overview", address)) == metrics(app) != metrics(opened("overview"))


@pytest.mark.usefixtures("connected")
def test_a_period_of_ones_own_can_be_chosen_again() -> None:
    """After another one was looked at, it begins as the usual one, and takes two days."""
    app = opened("overview", {"from": "2026-05-01", "to": "2026-05-31"})
    app.selectbox(key="weeks").set_value(12).run()
    app.selectbox(key="weeks").set_value(OWN).run()
    assert not [each for each in app.caption if "Choose the last day" in each.value]
    app.date_input(key="own_period").set_value((date(2026, 6, 1), date(2026, 6, 7))).run()
    assert dict(app.query_params) == {"from": "2026-06-01", "to": "2026-06-07"}


@pytest.mark.usefixtures("connected")
def test_an_address_to_what_is_gone_says_so() -> None:
    """A team that is not there is left out with a word, not taken for all teams in silence."""
    app = opened("overview", {"team": "disbanded"})
    assert any("not in the data" in each.value for each in app.warning)
    assert "team" not in app.query_params
