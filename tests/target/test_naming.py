"""Names: safe in SQL without a second thought, and stable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from target_gcs_snowflake_merge.naming import MAX_CHARACTERS, conform, name_columns, name_table, with_digest


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("id", "ID"),
        ("clientName", "CLIENTNAME"),
        ("first name", "FIRST_NAME"),
        ("a.b-c:d", "A_B_C_D"),
        ("2fast", "_2FAST"),
        ('quo"te', "QUO_TE"),
        ("größe", "GRÖSSE"),
        ("order", "ORDER"),
        ("", "_"),
    ],
)
def test_a_name_is_upper_case_with_underscores_for_odd_characters(name: str, expected: str) -> None:
    """Letters, digits and underscores stay; a leading digit gets an underscore in front."""
    assert conform(name) == expected


def test_the_lower_case_property_keeps_the_plain_name() -> None:
    """Of colliding properties the lower-case one wins, the others get a suffix of their own."""
    names = name_columns(["Id", "id", "ID"])
    assert names["id"] == "ID"
    assert names["ID"].startswith("ID__")
    assert names["Id"].startswith("ID__")
    assert len(set(names.values())) == 3


def test_a_key_keeps_the_plain_name() -> None:
    """A property that comes later, and differs only by case, does not take its column away."""
    assert name_columns(["id", "Id"], keys=["Id"])["Id"] == name_columns(["Id"], keys=["Id"])["Id"] == "ID"


def test_a_name_that_needs_no_other_character_keeps_it() -> None:
    """A property that comes later, and differs only by what a column cannot be called, is beside it."""
    for other in ("user-id", "user.id", "User id"):
        assert name_columns([other, "user_id"])["user_id"] == "USER_ID"


def test_a_property_keeps_the_column_that_it_was_given_beside_another() -> None:
    """Also when the other one is gone: else one column would hold what both had."""
    names = name_columns(["name", "Name"])
    assert name_columns(["Name"], existing=names.values()) == {"Name": names["Name"]}
    assert name_columns(["name"], existing=names.values()) == {"name": "NAME"}
    assert name_columns(["Name", "name"], existing=names.values()) == {k: names[k] for k in ("Name", "name")}


def test_a_name_that_looks_like_anothers_suffix_is_another() -> None:
    """Whichever comes first."""
    names = ["a_b", "a b", name_columns(["a_b", "a b"])["a b"].lower()]
    assert len(set(name_columns(names).values())) == 3
    taken: list[str] = []
    for stream in ("FOO", with_digest("FOO", "foo"), "foo"):
        taken.append(name_table(stream, taken))
    assert len(set(taken)) == 3


def test_the_loaders_own_columns_are_not_for_properties() -> None:
    """A property that is called like a loader's column gets a suffix."""
    assert name_columns(["_row_hash", "_sequence"]).keys() == {"_row_hash", "_sequence"}
    assert "_ROW_HASH" not in name_columns(["_row_hash"]).values()
    assert "_SEQUENCE" not in name_columns(["_sequence"]).values()


@given(st.lists(st.text(max_size=300), unique=True, max_size=8), st.randoms())
def test_columns_differ_and_do_not_depend_on_the_order(properties: list[str], random: object) -> None:
    """Whatever the properties are, each has a column of its own, in whichever order they come."""
    names = name_columns(properties)
    assert len(set(names.values())) == len(properties)
    assert all(len(name) <= MAX_CHARACTERS for name in names.values())
    shuffled = list(properties)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert name_columns(shuffled) == names


def test_streams_do_not_share_a_table() -> None:
    """A stream whose table is taken, or the loader's own, gets a suffix."""
    assert name_table("users", set()) == "USERS"
    assert name_table("Users", {"USERS"}).startswith("USERS__")
    assert name_table("_load_ledger", set()).startswith("_LOAD_LEDGER__")
    assert name_table("_staging_x", set()).startswith("__STAGING_X__")


def test_a_stream_keeps_the_table_that_it_was_given_beside_another() -> None:
    """In whichever order they come later, and if it comes alone."""
    beside = name_table("Users", {"USERS"})
    assert name_table("Users", set(), {"USERS", beside}) == beside
    assert name_table("users", {beside}, {"USERS", beside}) == "USERS"


def test_a_new_stream_does_not_take_the_table_of_one_that_an_earlier_run_loaded() -> None:
    """One that was loaded before keeps its own."""
    beside = name_table("Users", {"USERS"})
    loaded = {("users", "USERS")}
    assert name_table("Users", set(), {"USERS"}, loaded) == beside
    assert name_table("Users", set(), {"USERS"}, loaded={("Users", "USERS")}) == "USERS"
    assert name_table("users", {beside}, {"USERS"}, loaded) == "USERS"


def test_a_stream_whose_table_was_renamed_does_not_take_that_of_another() -> None:
    """It gets the name again that it had, where it comes first or alone too."""
    beside = name_table("Users", {"USERS"})
    loaded = {("users", "USERS"), ("Users", beside)}
    assert name_table("Users", set(), {"USERS"}, loaded) == beside
    assert name_table("users", set(), {beside}, loaded) == "USERS"
