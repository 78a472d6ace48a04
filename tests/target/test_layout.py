"""Layouts: which DDL brings a table up to a schema."""

from __future__ import annotations

from typing import Any

import pytest
from target_gcs_snowflake_merge import sql
from target_gcs_snowflake_merge.errors import BadInputError
from target_gcs_snowflake_merge.layout import Catalog, StreamSchema, plan

TABLE = sql.Table("DB", "RAW", "ITEM")
WIDER = f'ALTER TABLE {TABLE} ALTER COLUMN "A" SET DATA TYPE VARCHAR'
CREATE = """\
CREATE TABLE IF NOT EXISTS "DB"."RAW"."ITEM" (
  "ID" NUMBER(38,0),
  "TAGS" VARIANT,
  "_INGESTED_AT" TIMESTAMP_NTZ,
  "_BATCH_ID" VARCHAR,
  "_DELETED_AT" TIMESTAMP_NTZ,
  "_ROW_HASH" VARCHAR
)
DEFAULT_DDL_COLLATION = ''"""


def described(keys: tuple[str, ...] = (), **properties: dict[str, Any]) -> StreamSchema:
    """Return the schema of a stream."""
    return StreamSchema("item", properties, keys)


def test_a_new_table_is_made_whole() -> None:
    """One CREATE TABLE with the loader's columns at the end; nothing more the second time."""
    catalog = Catalog()
    _, statements = plan(described(("id",), id={"type": "integer"}, tags={"type": "array"}), TABLE, catalog)
    assert statements == [CREATE]
    _, again = plan(described(("id",), id={"type": "integer"}, tags={"type": "array"}), TABLE, catalog)
    assert again == []


def test_new_properties_become_columns_and_missing_ones_stay() -> None:
    """A column is added for a new property; one whose property vanished is left as it is."""
    catalog = Catalog()
    plan(described(a={"type": "string"}), TABLE, catalog)
    layout, statements = plan(described(b={"type": "boolean"}), TABLE, catalog)
    assert statements == ['ALTER TABLE "DB"."RAW"."ITEM" ADD COLUMN IF NOT EXISTS "B" BOOLEAN']
    assert [column.name for column in layout.columns] == ["B"]
    assert "A" in catalog.tables["ITEM"]


def test_a_column_that_is_only_called_like_one_beside_another_stays() -> None:
    """`order__number` may be a property of its own: its values are not cleared when it vanishes."""
    catalog = Catalog()
    plan(described(order={"type": "integer"}, order__number={"type": "integer"}), TABLE, catalog)
    layout, _ = plan(described(order={"type": "integer"}), TABLE, catalog)
    assert layout.displaced == ()


def test_a_column_that_the_table_was_made_with_is_beside_no_other() -> None:
    """`due__date` is then a property of its own, though `due` could not hold what it holds."""
    text, day = {"type": "string"}, {"type": "string", "format": "date"}
    catalog = Catalog()
    plan(described(due=text, due__date=day), TABLE, catalog)
    layout, _ = plan(described(due=text), TABLE, catalog)
    assert layout.displaced == ()


def test_a_number_gains_digits() -> None:
    """A number that only needs more digits is widened in place."""
    catalog = Catalog.from_rows([("ITEM", "A", "NUMBER", 10, 2, None)])
    _, statements = plan(described(a={"type": "number", "x-sql-datatype": "NUMBER(20,2)"}), TABLE, catalog)
    assert statements[0] == 'ALTER TABLE "DB"."RAW"."ITEM" ALTER COLUMN "A" SET DATA TYPE NUMBER(20,2)'


@pytest.mark.parametrize(("length", "statements"), [(10, [WIDER]), (16_777_216, []), (134_217_728, [])])
def test_short_text_becomes_longer(length: int, statements: list[str]) -> None:
    """Another program has made the column: a longer value would fail each MERGE."""
    catalog = Catalog.from_rows([("ITEM", "A", "TEXT", None, None, length)])
    _, planned = plan(described(a={"type": "string"}), TABLE, catalog)
    assert [each for each in planned if "ALTER COLUMN" in each] == statements


@pytest.mark.parametrize(
    ("first", "then", "column"),
    [
        ({"type": "integer"}, {"type": "number"}, "A__FLOAT"),
        ({"type": "integer"}, {"type": "number", "multipleOf": 0.01}, "A__NUMBER_38_2"),
        ({"type": "integer"}, {"type": "string"}, "A__VARCHAR"),
        ({"type": "string"}, {"type": "object"}, "A__VARIANT"),
        ({"type": "number"}, {"type": "integer"}, "A__NUMBER"),
    ],
)
def test_another_family_of_types_gets_a_column_beside(
    first: dict[str, Any], then: dict[str, Any], column: str
) -> None:
    """The old column stays for the old rows; a row that is rewritten has NULL in it."""
    catalog = Catalog()
    plan(described(a=first), TABLE, catalog)
    layout, statements = plan(described(a=then), TABLE, catalog)
    assert layout.columns[0].name == column
    assert layout.displaced == ("A",)
    assert len(statements) == 1
    back, _ = plan(described(a=first), TABLE, catalog)
    assert back.columns[0].name == "A"
    assert back.displaced == (column,)


def test_a_column_beside_is_never_that_of_another_property() -> None:
    """A property may have the very name that the column beside would have."""
    catalog = Catalog()
    plan(described(a={"type": "integer"}), TABLE, catalog)
    layout, _ = plan(described(a={"type": "number"}, a__float={"type": "number"}), TABLE, catalog)
    first, second = (column.name for column in layout.columns)
    assert second == "A__FLOAT"
    assert first.startswith("A__FLOAT__")


def test_a_key_without_a_property_is_refused() -> None:
    """A key that no property of the schema describes cannot be merged on."""
    with pytest.raises(BadInputError, match="'id'"):
        plan(described(("id",), a={"type": "string"}), TABLE, Catalog())


def test_a_table_of_somebody_else_is_taken_as_it_is() -> None:
    """A column of a type that the loader never writes is left alone."""
    catalog = Catalog.from_rows(
        [("ITEM", "A", "TIMESTAMP_TZ", *[None] * 3), ("ITEM", "B", "TEXT", *[None] * 3)]
    )
    properties = {"a": {"type": "string", "format": "date-time"}, "b": {"type": "string"}}
    layout, _ = plan(StreamSchema("item", properties, ()), TABLE, catalog)
    assert [column.name for column in layout.columns] == ["A__TIMESTAMP_NTZ", "B"]
