"""Paths: where in the lake a file lies."""

from __future__ import annotations

import datetime as dt

import pytest
from target_gcs_snowflake_merge.paths import file_name, safe

BEGAN = dt.datetime(2026, 1, 31, 23, 59, tzinfo=dt.UTC)


def test_a_file_lies_below_stream_organisation_and_date() -> None:
    """The layout of the lake, with and without an organisation."""
    assert file_name("commit", "acme", BEGAN, "b1", 7) == "commit/org=acme/date=2026-01-31/b1-0007.parquet"
    assert file_name("commit", None, BEGAN, "b1", 0) == "commit/date=2026-01-31/b1-0000.parquet"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a/b", "a~2Fb"), ("..", "~2E~2E"), ("", "~"), ("a b'c", "a~20b~27c"), ("é", "~C3~A9"), ("~", "~7E")],
)
def test_odd_characters_cannot_leave_their_step_of_the_path(text: str, expected: str) -> None:
    """Slashes, quotes, dots alone and non-ASCII are spelled in hexadecimal."""
    assert safe(text) == expected


def test_a_name_is_never_too_long_for_an_object() -> None:
    """Cloud Storage takes 1,024 bytes; what was cut still tells one stream from another."""
    streams = ["\u6f22" * 180, "\u6f22" * 181]
    names = [file_name(stream, "\u5b57" * 200, BEGAN, "b" * 32, 7) for stream in streams]
    assert max(map(len, names)) < 800
    assert len(set(names)) == len(names)
    assert safe("a" * 300) == "a" * 300
