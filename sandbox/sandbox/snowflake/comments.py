"""Gap: comments on columns are lost, and one on a table may not hold an apostrophe."""

from __future__ import annotations

import re

from fakesnow import info_schema

from sandbox.snowflake.words import literal

_insert = info_schema.insert_table_comment_sql
_QUOTED = r"""(?:\$\$.*?\$\$|'(?:[^']|'')*')"""
_NAME = r"""(?:"(?:[^"]|"")+"|[\w$]+)"""
_ALTER = re.compile(
    rf"ALTER\s+(?:TABLE|VIEW)\s+(?:IF\s+EXISTS\s+)?(?P<table>{_NAME}(?:\.{_NAME})*)\s+(?:ALTER|MODIFY)\s+"
    rf"(?P<comments>(?:COLUMN\s+)?{_NAME}\s+COMMENT\s+{_QUOTED}"
    rf"(?:\s*,\s*(?:COLUMN\s+)?{_NAME}\s+COMMENT\s+{_QUOTED})*)",
    re.IGNORECASE | re.DOTALL,
)
_COMMENT = re.compile(
    rf"(?:COLUMN\s+)?(?P<column>{_NAME})\s+COMMENT\s+(?P<text>{_QUOTED})", re.IGNORECASE | re.DOTALL
)


def on_columns(command: str) -> list[str]:
    """Return DuckDB's statements for an ALTER TABLE that only comments on columns, as dbt sends it."""
    found = _ALTER.fullmatch(command)
    if found is None:
        return []
    return [
        f"COMMENT ON COLUMN {found['table']}.{comment['column']} IS {_text(comment['text'])}"
        for comment in _COMMENT.finditer(found["comments"])
    ]


def _text(text: str) -> str:
    return literal(text[2:-2]) if text.startswith("$$") else text


def insert_table_comment(catalog: str, schema: str, table: str, comment: str | None) -> str:
    """Return fakesnow's statement with its literals escaped; it hands over None where there is no comment."""
    return _insert(*(part.replace("'", "''") for part in (catalog, schema, table, comment or "")))


def close_gap() -> None:
    """Let fakesnow keep comments on tables by this module's statement."""
    info_schema.insert_table_comment_sql = insert_table_comment
