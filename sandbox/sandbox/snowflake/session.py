"""A session, and the cursor that runs its statements: fakesnow's own, with the gaps of statements closed."""

from __future__ import annotations

import re
import threading
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb
from fakesnow import transforms
from fakesnow.conn import FakeSnowflakeConnection
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.dialect import parse_one
from sqlglot import exp

from sandbox.snowflake import (
    account_statements,
    alter_table,
    array_agg,
    comments,
    constraints,
    databases,
    file_formats,
    limits,
    numbers,
    show,
    stage_names,
    staged_files,
    stages,
)
from sandbox.snowflake.copy_into import copy_files, is_of_objects, source_of
from sandbox.snowflake.copy_options import goes_by_names
from sandbox.snowflake.errors import as_snowflake_error
from sandbox.snowflake.functions import replace_functions
from sandbox.snowflake.keywords import quote_keywords
from sandbox.snowflake.merge import execute_merge
from sandbox.snowflake.results import describe
from sandbox.snowflake.rewrites import Rewritten
from sandbox.snowflake.temporary_tables import TemporaryTables
from sandbox.snowflake.transactions import Transaction, effect_of
from sandbox.snowflake.weeks import WeekStart

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from snowflake.connector.cursor import SnowflakeCursor
    from sqlglot import Expr

    from sandbox.snowflake.objects import ObjectReader
    from sandbox.snowflake.results import Column
    from sandbox.snowflake.table_locks import TableLocks
    from sandbox.snowflake.user_keys import UserKeys

GONE_AFTER_SECONDS = 2.0
# How the parser likes it; these mean the same.
_BEGIN = re.compile(r"(BEGIN|START)(\s+(TRANSACTION|WORK))?(\s+NAME\s+\S+)?", re.IGNORECASE)
# Remarks to the end of a line are left where they stand behind the statement: they may be in a literal.
_REMARK = r"/\*(?:(?!\*/).)*\*/"
_AROUND = re.compile(rf"^(?:\s|{_REMARK}|--[^\n]*\n)+|(?:\s|;|{_REMARK})+$", re.DOTALL)
_COPY_GRANTS = re.compile(r"(?<=\S)\s+COPY\s+GRANTS$", re.IGNORECASE)
# Where a `$` is a character and begins no variable.
_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"]|\"\")*\"|\$\$.*?\$\$|/\*.*?\*/|--[^\n]*", re.DOTALL)
_END = re.compile(r"(COMMIT|ROLLBACK)\s+WORK", re.IGNORECASE)


class Session(FakeSnowflakeConnection):
    """What one login sees."""

    def __init__(
        self,
        *arguments: Any,  # noqa: ANN401 - fakesnow's own
        locks: TableLocks,
        objects: ObjectReader,
        user_keys: UserKeys,
        week_start: WeekStart,
        autocommit: bool = True,
        **options: Any,  # noqa: ANN401
    ) -> None:
        """Open a session; `transport` is set by each request that comes for it."""
        super().__init__(*arguments, **options)
        self.objects = objects
        self.user_keys = user_keys
        self.week_start = WeekStart(week_start.day, later=week_start)
        self.transaction = Transaction(self._duck_conn, locks, self, autocommit=autocommit)
        self.temporary = TemporaryTables()
        self.transport: asyncio.Transport | None = None
        self.busy = threading.Lock()
        self._silent_since: float | None = None

    @property
    def duck(self) -> duckdb.DuckDBPyConnection:
        """Return DuckDB's connection of this session."""
        return self._duck_conn

    def cursor(self, cursor_class: type[SnowflakeCursor] | None = None) -> Cursor:  # noqa: ARG002
        """Return a cursor of this module."""
        return Cursor(conn=self, duck_conn=self._duck_conn)

    def autocommit(self, mode: bool) -> None:  # noqa: FBT001 - fakesnow's own signature
        """Switch autocommit; what is open is committed."""
        self.transaction.commit()
        self.transaction.autocommit = mode

    def is_gone(self) -> bool:
        """Tell whether the client has closed its connection and not come back for a while.

        A client that only lost its connection comes back with the next request, and finds its
        transaction as it was.
        """
        if self.transport is None or not self.transport.is_closing() or self.busy.locked():
            self._silent_since = None
            return False
        now = time.monotonic()
        self._silent_since = self._silent_since or now
        return now - self._silent_since > GONE_AFTER_SECONDS

    def abandon(self) -> None:
        """Roll back what is open."""
        with suppress(duckdb.Error):
            self.transaction.rollback()

    def interrupt(self) -> None:
        """Stop the statement that runs now."""
        self._duck_conn.interrupt()

    def end(self) -> None:
        """Close the session as Snowflake does: roll back, drop temporary tables."""
        with self.busy:
            self.abandon()
            self.close()


class Cursor(FakeSnowflakeCursor):
    """Runs statements."""

    _conn: Session
    _columns: list[Column]
    # What fakesnow declares by its first value, which is None.
    _arrow_table: Any
    _arrow_table_fetch_index: Any
    _rowcount: Any
    _sfqid: Any
    _last_sql: Any
    _last_params: Any
    _last_transformed: Any

    def execute(
        self,
        command: str,
        params: Sequence[Any] | dict[Any, Any] | None = None,
        *_: Any,  # noqa: ANN401 - fakesnow's own
        **options: Any,  # noqa: ANN401
    ) -> Cursor:
        """Run one statement; whatever goes wrong is an error of Snowflake."""
        params = options.get("binding_params") or params
        with self._conn.busy:
            try:
                self._run(command, list(params) if isinstance(params, tuple) else params)
            except Exception as error:
                raise as_snowflake_error(error) from error
        return self

    def columns(self) -> list[Column]:
        """Return what a client is told of the columns of the result."""
        return self._columns

    def _inline_variables(self, sql: str) -> str:
        """Put the values of session variables into a statement, but not into its literals and names."""
        parts = []
        end = 0
        for quoted in _QUOTED.finditer(sql):
            parts += [super()._inline_variables(sql[end : quoted.start()]), quoted[0]]
            end = quoted.end()
        return "".join([*parts, super()._inline_variables(sql[end:])])

    def _run(self, command: str, params: Any) -> None:  # noqa: ANN401 - fakesnow's own
        session = self._conn
        command = _in_known_words(self._inline_variables(command))
        if account_statements.is_nothing_to_do(command):
            session.user_keys.learn(command)
            session.week_start.learn(command)
            self._execute(transforms.SUCCESS_NOP)
            return
        if remarks := comments.on_columns(command):
            session.transaction.commit()
            for remark in remarks:
                self._duck_conn.execute(remark)
            self._execute(transforms.SUCCESS_NOP)
            return
        if removed := staged_files.removed_by(command):
            self._answer(staged_files.remove(removed, session))
            return
        statement = parse_one(command)
        limits.check(statement)
        stage_names.spell_out(statement)
        staged_files.inline(statement, session)
        self.check_db_and_schema(statement)
        if isinstance(statement, (exp.Transaction, exp.Commit, exp.Rollback)):
            self._control(statement)
            return
        session.temporary.redirect(statement, session.database, session.schema)
        effect = effect_of(statement, session.database, session.schema)
        session.transaction.run(effect, lambda: self._work(statement.copy(), params))

    def _control(self, statement: Expr) -> None:
        transaction = self._conn.transaction
        if isinstance(statement, exp.Transaction):
            transaction.begin()
        elif isinstance(statement, exp.Commit):
            transaction.commit()
        else:
            transaction.rollback()
        self._execute(transforms.SUCCESS_NOP)

    def _work(self, statement: Expr, params: Any) -> None:  # noqa: ANN401 - fakesnow's own
        session = self._conn
        if account_statements.sets_properties_only(statement) or constraints.only_adds_a_key(statement):
            self._execute(transforms.SUCCESS_NOP)
            return
        if alter_table.renames(statement):
            alter_table.rename(self._duck_conn, statement, session.database, session.schema)
            self._execute(transforms.SUCCESS_NOP)
            return
        if stages.is_about_a_stage(statement):
            self._answer(stages.answer(self._duck_conn, statement, session.database, session.schema))
            return
        if file_formats.is_drop(statement):
            self._answer(file_formats.drop(self._duck_conn, statement, session.database, session.schema))
            return
        if databases.is_drop(statement):
            self._drop_database(statement)
            return
        account_statements.drop_properties(statement)
        quote_keywords(statement)
        constraints.loosen(statement)
        numbers.widen(statement)
        statement = replace_functions(statement)
        session.transaction.tell_id(statement)
        array_agg.fill_empty(statement)
        session.week_start.apply(statement)
        for part in self._transform_explode(statement):
            transformed = show.listed(self._transform(part, params), statement)
            databases.keep_in_parts(transformed)
            self._execute_part(transformed, params if transformed.find(exp.Placeholder) else None)

    def _drop_database(self, statement: Expr) -> None:
        session = self._conn
        name = databases.drop(self._duck_conn, statement, Path(str(session.db_path)))
        if name == session.database:
            session.database = session._schema = None  # noqa: SLF001 - fakesnow's, ours by inheritance
            session.database_set = session.schema_set = False
        elif session.database_set:
            self._duck_conn.execute(f"SET schema = '{session.database}.{session.schema or 'main'}'")
        self._answer(f"SELECT '{name} successfully dropped.' AS status")

    def _transform(self, expression: Expr, params: Any) -> Expr:  # noqa: ANN401 - fakesnow's own
        statement = Rewritten(expression)
        super()._transform(cast("Expr", statement), params)
        return statement.tree

    def _transform_explode(self, expression: Expr) -> list[Expr]:
        if isinstance(expression, exp.Merge):
            return [expression]
        return super()._transform_explode(expression)

    def _execute_part(self, transformed: Expr, params: Any) -> None:  # noqa: ANN401 - fakesnow's own
        if isinstance(transformed, exp.Merge):
            self._answer(execute_merge(self._duck_conn, transformed, params))
            return
        if isinstance(transformed, exp.Copy) and not isinstance(transformed.this, exp.Var):
            source = source_of(transformed, self._conn)
            if is_of_objects(source) or goes_by_names(transformed, source):
                self._answer(copy_files(transformed, source, self._conn))
                return
        if isinstance(transformed, exp.Create) and transformed.find(exp.TemporaryProperty):
            self._duck_conn.execute(transformed.sql(dialect="duckdb"), params)
            self._answer("SELECT 'Table successfully created.' AS status")
            return
        self._execute(transformed, params)

    def _execute(self, transformed: Expr, params: Any = None) -> None:  # noqa: ANN401 - fakesnow's own
        super()._execute(transformed, params)
        if "result_scan_sfqid" in transformed.args:
            (self._columns,) = self._conn.results_cache[f"columns of {self._sfqid}"]
        else:
            self._describe(self._duck_conn)

    def _describe(self, result: duckdb.DuckDBPyConnection) -> None:
        """Keep what a client is told of the columns, beside the result that fakesnow keeps."""
        self._columns = [describe(column[0], str(column[1])) for column in result.description or []]
        self._conn.results_cache[f"columns of {self._sfqid}"] = (self._columns,)

    def _answer(self, query: str) -> None:
        """Answer with a query in DuckDB's words, as the result of this statement."""
        result = self._duck_conn.execute(query)
        self._arrow_table = result.to_arrow_table()
        self._arrow_table_fetch_index = None
        self._rowcount = self._arrow_table.num_rows
        self._sfqid = str(uuid.uuid4())
        self._describe(result)
        self._last_sql, self._last_params, self._last_transformed = query, None, parse_one("SELECT 1")
        self._conn.results_cache[self._sfqid] = (
            self._arrow_table,
            self._rowcount,
            self._last_sql,
            self._last_params,
            self._last_transformed,
        )


def _in_known_words(command: str) -> str:
    """Return the statement without words that change nothing here and that the parser does not know.

    Nor with the remarks around it, by which dbt says which model a statement is of.
    """
    command = _AROUND.sub("", command)
    if _BEGIN.fullmatch(command):
        return "BEGIN"
    if _END.fullmatch(command):
        return command.split()[0]
    return _COPY_GRANTS.sub("", command)
