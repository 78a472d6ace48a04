"""The one way to the warehouse: Snowpark's session inside Snowflake, the connector elsewhere."""

from __future__ import annotations

import os
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import snowflake.connector
import streamlit as st
from snowflake.connector import errors as driver

from dashboard.errors import MartsMissingError, QueryError, UnreachableError
from dashboard.settings import connection_options, schema_prefix
from dashboard.statement import Statement, statement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from snowflake.connector import SnowflakeConnection
    from snowflake.snowpark import Session

    from dashboard.statement import Values

    Row = dict[str, Any]

CACHE_SECONDS = 600
# Far below the 32 MB that a query may return inside Snowflake.
MAX_ROWS = 25_000
MISSING = frozenset({2003, 2043, 3001, 90105})  # the last where the database itself is not there
SESSION_GONE = frozenset({250002, 390104, 390111, 390112, 390113, 390114, 390115, 390195})


def rows(name: str, values: Values) -> list[Row]:
    """Return the rows of queries/<name>.sql, keyed by lower-case column name; kept for ten minutes.

    Raises:
        SettingsError: The settings do not lead to an account.
        UnreachableError: There is no session with Snowflake.
        MartsMissingError: dbt has not made a mart yet, or the role may not read it.
        QueryError: Snowflake refuses the query, or it returns more than MAX_ROWS rows.
    """
    return _rows(statement(name, values, schema_prefix=schema_prefix(os.environ)))


@st.cache_data(ttl=CACHE_SECONDS, max_entries=500, show_spinner=False)
def _rows(query: Statement) -> list[Row]:
    session = _snowpark_session()
    found = _by_connector(query) if session is None else _by_snowpark(session, query)
    if len(found) > MAX_ROWS:
        message = (
            f"A query returned more than {MAX_ROWS:,} rows: choose a shorter period or fewer repositories."
        )
        raise QueryError(message)
    return found


def _snowpark_session() -> Session | None:
    """Return the session that Snowflake gives to an app; None outside, where the settings name a user."""
    if os.environ.get("SNOWFLAKE_USER"):
        return None
    try:
        from snowflake.snowpark.context import get_active_session  # noqa: PLC0415 - only there for sure
        from snowflake.snowpark.exceptions import SnowparkSessionException  # noqa: PLC0415
    except ImportError:
        return None
    try:
        return get_active_session()
    except SnowparkSessionException:
        return None


def _by_snowpark(session: Session, query: Statement) -> list[Row]:
    from snowflake.snowpark.exceptions import SnowparkSQLException  # noqa: PLC0415 - as above

    try:
        found = session.sql(query.text, params=list(query.values)).to_local_iterator()
        return [_row(each.as_dict().items()) for each in islice(found, MAX_ROWS + 1)]
    except SnowparkSQLException as error:
        number = int(error.sql_error_code) if error.sql_error_code else None
        raise _translated(number) from error


def _by_connector(query: Statement) -> list[Row]:
    for is_last in (False, True):
        connection = _connection()
        try:
            with connection.cursor() as cursor:
                cursor.execute(query.text, query.values)
                names = [column.name for column in cursor.description]
                return [_row(zip(names, each, strict=True)) for each in cursor.fetchmany(MAX_ROWS + 1)]
        except driver.Error as error:
            if is_last or error.errno not in SESSION_GONE:
                raise _translated(error.errno) from error
            _connection.clear()  # an app stays open for days; a session does not
    raise AssertionError


@st.cache_resource(show_spinner=False)
def _connection() -> SnowflakeConnection:
    try:
        return snowflake.connector.connect(
            **connection_options(os.environ), platform_detection_timeout_seconds=0
        )
    except driver.Error as error:
        message = (
            f"Snowflake does not answer, or does not let this user in (error {error.errno}). "
            "The settings are those of dbt: SNOWFLAKE_ACCOUNT and its like in .env."
        )
        raise UnreachableError(message) from error


def _translated(number: int | None) -> MartsMissingError | QueryError | UnreachableError:
    if number in MISSING:
        return MartsMissingError("A mart is not there yet, or this role may not read it.")
    if number in SESSION_GONE:
        return UnreachableError("The session with Snowflake has ended.")
    return QueryError(f"Snowflake refused a query (error {number}).")


def _row(items: Iterable[tuple[str, Any]]) -> Row:
    """Return a row whose numbers are Python's own: what a NUMBER column holds comes as Decimal, too."""
    return {name.lower(): _plain(value) for name, value in items}


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
