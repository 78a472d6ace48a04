"""Types: from a property's JSON schema to the type of its column."""

from __future__ import annotations

from typing import Any

import pytest
from target_gcs_snowflake_merge.schema import ColumnType, Kind, column_type


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({"type": "integer"}, "NUMBER(38,0)"),
        ({"type": ["null", "integer"]}, "NUMBER(38,0)"),
        ({"type": "number"}, "FLOAT"),
        ({"type": "number", "multipleOf": 0.01}, "NUMBER(38,2)"),
        ({"type": "number", "multipleOf": 1e-10}, "NUMBER(38,10)"),
        ({"type": "number", "multipleOf": 5}, "NUMBER(38,0)"),
        ({"type": "number", "x-sql-datatype": "decimal(20, 4)"}, "NUMBER(20,4)"),
        ({"type": ["string", "number"], "x-sql-datatype": "NUMBER(20)"}, "NUMBER(20,0)"),
        ({"type": "string", "x-sql-datatype": "NUMBER(20,2)"}, "NUMBER(20,2)"),
        ({"type": "string", "x-sql-datatype": "NUMBER(20)"}, "VARCHAR"),
        ({"type": ["string", "null"], "x-sql-datatype": "DOUBLE"}, "VARCHAR"),
        ({"type": "string", "format": "date", "x-sql-datatype": "NUMBER(8)"}, "DATE"),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}], "x-sql-datatype": "NUMBER(1)"}, "BOOLEAN"),
        ({"type": "array", "x-sql-datatype": "FLOAT"}, "VARIANT"),
        ({"x-sql-datatype": "NUMBER(20)"}, "NUMBER(20,0)"),
        ({"type": "string", "x-sql-datatype": "jsonb"}, "VARIANT"),
        ({"type": "string", "x-sql-datatype": "uuid"}, "VARCHAR"),
        ({"type": "boolean"}, "BOOLEAN"),
        ({"type": "string"}, "VARCHAR"),
        ({"type": ["string", "null"], "format": "date-time"}, "TIMESTAMP_NTZ"),
        ({"type": "string", "format": "date"}, "DATE"),
        ({"type": "string", "format": "time"}, "TIME"),
        ({"type": "string", "format": "email"}, "VARCHAR"),
        ({"type": "string", "contentEncoding": "base64"}, "BINARY"),
        ({"type": "object"}, "VARIANT"),
        ({"type": "array"}, "VARIANT"),
        ({}, "VARIANT"),
        ({"enum": ["a", "b", None]}, "VARCHAR"),
        ({"const": 1}, "VARIANT"),
        ({"type": ["integer", "number"]}, "FLOAT"),
        ({"type": ["integer", "string"]}, "VARIANT"),
        ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}, "TIMESTAMP_NTZ"),
        ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": ["string", "null"]}]}, "VARCHAR"),
        ({"oneOf": [{"type": "object"}, {"type": "string"}]}, "VARIANT"),
        ({"allOf": [{"type": "string"}, {"maxLength": 5}]}, "VARCHAR"),
        ({"allOf": [{"allOf": [{"type": ["string", "null"]}]}, {"format": "date-time"}]}, "TIMESTAMP_NTZ"),
        ({"type": "number", "allOf": [{"multipleOf": 0.01}]}, "NUMBER(38,2)"),
        ({"allOf": [{"type": "object"}, {"type": "object", "properties": {}}]}, "VARIANT"),
        ({"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}, "VARCHAR"),
        ({"type": ["string", "null"], "anyOf": [{"format": "date-time"}, {"maxLength": 0}]}, "VARCHAR"),
        ({"type": "integer", "oneOf": [{"minimum": 1}, {"maximum": -1}]}, "NUMBER(38,0)"),
        ({"type": ["number", "string"], "anyOf": [{"type": "number"}, {"type": "string"}]}, "VARIANT"),
        ({"anyOf": [{"const": "a"}, {"enum": ["b", None]}]}, "VARCHAR"),
    ],
)
def test_a_definition_has_one_type(definition: dict[str, Any], expected: str) -> None:
    """Each form in which taps declare a type leads to the type of the documentation."""
    assert column_type(definition).sql == expected


def test_a_column_holds_what_loses_nothing_in_it() -> None:
    """A number fits into a wider one of at least its scale, and nothing fits into another family."""
    number = ColumnType(Kind.NUMBER)
    assert ColumnType(Kind.NUMBER, 38, 2).holds(number)
    assert not number.holds(ColumnType(Kind.NUMBER, 38, 2))
    assert not ColumnType(Kind.FLOAT).holds(number)
    assert not ColumnType(Kind.TEXT).holds(number)


def test_only_digits_can_be_added_to_a_number() -> None:
    """Snowflake alters a NUMBER to more digits of the same scale, and nothing else."""
    assert ColumnType(Kind.NUMBER, 10, 2).widens_to(ColumnType(Kind.NUMBER, 20, 2))
    assert not ColumnType(Kind.NUMBER, 10, 2).widens_to(ColumnType(Kind.NUMBER, 20, 4))
    assert not ColumnType(Kind.NUMBER).widens_to(ColumnType(Kind.TEXT))


def test_a_variant_travels_as_text() -> None:
    """COPY would make a string of JSON text in a VARIANT, so the staging column is VARCHAR."""
    assert ColumnType(Kind.VARIANT).staging_sql == "VARCHAR"
