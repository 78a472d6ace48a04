"""Gap: temporary tables and views with a schema; here they live in DuckDB's own temporary database.

That database belongs to one session, so two sessions can use one name, and it goes with the session,
however the session ends. A temporary table hides a table of the same name, as on Snowflake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from sqlglot import Expr

CATALOG = "temp"
SCHEMA = "main"
Name = tuple[str, str, str]
_ALIASED = (exp.From, exp.Join, exp.Merge, exp.Update)


class TemporaryTables:
    """The temporary tables of one session, by the name that the session knows."""

    def __init__(self) -> None:
        """Begin with none."""
        self._names: set[Name] = set()

    def redirect(self, statement: Expr, database: str | None, schema: str | None) -> None:
        """Let a statement, in place, mean the temporary tables that it names or makes."""
        if isinstance(statement, exp.Create) and statement.args.get("kind") in {"TABLE", "VIEW"}:
            self._redirect_create(statement, database, schema)
        if not self._names:
            return
        for table in list(statement.find_all(exp.Table)):
            name = _whole(table, database, schema)
            if name in self._names:
                _point(table, name, has_alias=isinstance(table.parent, _ALIASED))
                if isinstance(statement, exp.Drop):
                    self._names.discard(name)

    def _redirect_create(self, create: exp.Create, database: str | None, schema: str | None) -> None:
        table = create.this.this if isinstance(create.this, exp.Schema) else create.this
        name = _whole(table, database, schema)
        if create.find(exp.TemporaryProperty):
            self._names.add(name)
        elif create.args.get("replace"):
            self._names.discard(name)


def _whole(table: exp.Table, database: str | None, schema: str | None) -> Name:
    return (
        (table.catalog or database or "").upper(),
        (table.db or schema or "").upper(),
        table.name.upper(),
    )


def _point(table: exp.Table, name: Name, *, has_alias: bool) -> None:
    """Let a table mean the temporary one; where columns may be called by its name, it keeps that."""
    if has_alias and not table.alias:
        table.set("alias", exp.TableAlias(this=table.this.copy()))
    table.set("this", exp.to_identifier("__".join(name), quoted=True))
    table.set("db", exp.to_identifier(SCHEMA, quoted=True))
    table.set("catalog", exp.to_identifier(CATALOG, quoted=True))
