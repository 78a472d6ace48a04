"""Names in the settings that lead to nothing are told: what they are about does not happen."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import TOKEN

from .made import LOGIN
from .running import run_tap, selecting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

    Told = Callable[..., list[str]]


@pytest.fixture
def told(three: Made, made_github: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Told:
    """Return what is warned of behind a text by a run on the repositories one, two and three."""
    del three

    def run(text: str, **settings: Any) -> list[str]:
        with caplog.at_level(logging.WARNING):
            run_tap(
                made_github,
                tmp_path,
                catalog=selecting("repository"),
                organizations=[LOGIN],
                retry_seconds=0,
                **settings,
            )
        messages = (record.getMessage() for record in caplog.records)
        return [message.partition(text)[2] for message in messages if text in message]

    return run


EXCLUSIONS = "exclude_repositories names what is not there, and so leaves nothing out: "


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        (["made/two", "MADE/Three"], []),
        (["made/two", "made/twoo", "made/gone"], ["made/gone, made/twoo"]),
        (["mad/two"], ["mad/two (did you mean made/two?)"]),
        (["mad/two", "made/two"], []),
        (["elsewhere/two", "mad/four"], []),
    ],
    ids=["known", "misspelt", "misspelt owner", "an owner much alike", "other owners"],
)
@pytest.mark.parametrize("shard", ["1/2", "2/2"])
def test_an_exclusion_that_matches_nothing(
    told: Told, excluded: list[str], expected: list[str], shard: str
) -> None:
    """It is told once: what was to be left out is read. A worker knows the names of all shares."""
    assert told(EXCLUSIONS, exclude_repositories=excluded, shard=shard) == expected


def test_exclusions_of_an_owner_who_cannot_be_listed(told: Told, made_github: Server) -> None:
    """Nobody knows whether they are there."""
    made_github.add_fault(path="^/orgs/made/repos$", status=502, body="", times=None)
    assert told(EXCLUSIONS, exclude_repositories=["made/two"]) == []


@pytest.mark.parametrize(
    ("logins", "expected"),
    [
        (["MADE"], []),
        (["mades"], ["mades (did you mean made?)"]),
        (["mades", "made"], []),
        (["elsewhere"], []),
    ],
    ids=["known", "misspelt", "two much alike", "another"],
)
def test_credentials_of_an_organisation_that_is_not_read(
    told: Told, logins: list[str], expected: list[str]
) -> None:
    """Those of all others, which may see less, are used for the one that was meant."""
    credentials = {login: {"auth_token": TOKEN} for login in logins}
    text = "organization_credentials is about organisations that are not read: "
    assert told(text, auth_token=TOKEN, organization_credentials=credentials) == expected
