"""What the doctor asks: who the session is, and what the role may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.sql.text import literal, quote

if TYPE_CHECKING:
    from collections.abc import Iterable

    from target_gcs_snowflake_merge.sql.text import Table

WHO_AM_I = "SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE()"


def show_schemas(database: str, schema: str) -> str:
    """Return the statement that lists a schema; `_` in its name matches any character."""
    return f"SHOW SCHEMAS LIKE {literal(schema)} IN DATABASE {quote(database)}"


def show_tables(database: str, schema: str) -> str:
    """Return the statement that lists the tables of a schema with their owners."""
    return f"SHOW TABLES IN SCHEMA {quote(database)}.{quote(schema)}"


def are_in_session(roles: Iterable[str]) -> str:
    """Return the query that tells of each role whether the session has its rights: a row of booleans."""
    return f"SELECT {', '.join(f'IS_ROLE_IN_SESSION({literal(role)})' for role in roles)}"


def grant_ownership(table: Table, role: str) -> str:
    """Return the statement by which a role gets a table."""
    return f"GRANT OWNERSHIP ON TABLE {table} TO ROLE {quote(role)} COPY CURRENT GRANTS"


def grant(privileges: str, role: str) -> str:
    """Return the statement that gives a role PRIVILEGES, such as `USAGE ON SCHEMA "D"."S"`."""
    return f"GRANT {privileges} TO ROLE {quote(role)}"
