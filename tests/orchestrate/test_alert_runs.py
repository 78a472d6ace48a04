"""Of runs beside each other each is judged; of runs of one part only the last."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from orchestrate.alert.runs import Told, with_the_last_word

NOW = dt.datetime(2026, 1, 31, 12, tzinfo=None)  # noqa: DTZ001 - UTC, as Snowflake has it
UNKNOWN = ("?", ())

Part = tuple[str, tuple[str, ...]]


def runs(*parts: Part) -> list[Told]:
    """Return a row of each run, in the order in which they ended; it is called by its number."""
    return [
        Told(
            "tap",
            None,
            "complete",
            run_id=str(number),
            ended_at=NOW + dt.timedelta(minutes=number),
            details=None
            if part == UNKNOWN
            else json.dumps({"shard": part[0], "usage": dict.fromkeys(part[1])}),
        )
        for number, part in enumerate(parts)
    ]


@pytest.mark.parametrize(
    ("parts", "last"),
    [
        ([], ""),
        ([("1/1", ("acme",)), ("1/1", ("acme",))], "1"),
        ([("1/1", ("acme",)), ("1/1", ("umbrella",)), ("1/1", ("acme",))], "12"),
        ([("1/2", ("acme",)), ("2/2", ("acme",)), ("1/2", ("acme",))], "12"),
        ([("1/1", ("acme",)), ("1/1", ("acme", "umbrella"))], "1"),  # the first one failed before the second
        ([("1/1", ("acme", "umbrella")), ("1/1", ("acme",))], "01"),
        ([UNKNOWN, ("1/1", ("acme",))], "01"),
        ([("1/1", ()), ("1/1", ("acme",))], "01"),
        ([("1/1", ("acme",)), UNKNOWN], "01"),
    ],
)
def test_who_has_the_last_word(parts: list[Part], last: str) -> None:
    """A run that has not told what it read speaks for itself, and for no other."""
    assert "".join(row.run_id for row in with_the_last_word(reversed(runs(*parts)))) == last


@pytest.mark.parametrize(
    "details", ["", "?", "[]", "null", '{"shard": "1/1"}', '{"shard": 1, "usage": [[]]}']
)
def test_what_another_tap_tells_is_no_part(details: str) -> None:
    """Nothing is known of it, and nothing breaks."""
    row = Told("tap", None, "complete", details=details)
    assert with_the_last_word([row]) == [row]
