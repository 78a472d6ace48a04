"""Gap: stage names in quotes (`'@~/path'`), and the stage that belongs to a user; here all users share it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakesnow.transforms import stage
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

if TYPE_CHECKING:
    import duckdb
    from sqlglot import Expr

    from sandbox.snowflake.session import Session

STAGES = "_fs_global._fs_information_schema._fs_stages"
_OF_THE_USER = ("_FS_GLOBAL", "USERS", "~")
_NAMING = (exp.Put, exp.ListStage, exp.Table)


def make_user_stage(duck: duckdb.DuckDBPyConnection) -> None:
    """Let the stage of the user exist, where it does not."""
    duck.execute(
        f"INSERT INTO {STAGES} (database_name, schema_name, name, url, type) "  # noqa: S608 - a name of ours
        "VALUES (?, ?, ?, '', 'INTERNAL') ON CONFLICT DO NOTHING",
        _OF_THE_USER,
    )


def spell_out(statement: Expr) -> None:
    """Write the stages that a statement names, in place, as fakesnow reads them: bare, with all parts."""
    for node in list(statement.find_all(exp.Var, exp.Literal)):
        text = node.name.strip("'")
        if isinstance(node.parent, _NAMING) and text.startswith("@"):
            node.replace(exp.var(whole_name(text)))


def whole_name(text: str) -> str:
    """Return a stage, with its path, by a name that is not the user's own `@~`."""
    name, slash, path = text[1:].partition("/")
    if name != "~":
        return text
    return f'@{".".join(_OF_THE_USER[:2])}."{_OF_THE_USER[2]}"{slash}{path}'


def prefix_of(text: str, session: Session) -> str:
    """Return how the paths of a stage's files begin, for an internal stage and a path in it: `@name/path`."""
    name, _, path = text[1:].partition("/")
    names = stage.parts_from_var(name, session.database, session.schema)
    url = session.duck.execute(
        f"SELECT url FROM {STAGES} WHERE database_name = ? AND schema_name = ? AND name = ?",  # noqa: S608
        names,
    ).fetchone()
    if url and url[0]:
        message = f"Unsupported feature of the sandbox: the files of the external stage {name} by themselves."
        raise ProgrammingError(msg=message, errno=2, sqlstate="0A000")
    found = session.duck.execute(stage.stage_lookup_sql(*names, session.table_stages)).fetchone()
    if found is None:
        raise stage.not_found_error(".".join(names))
    return stage.internal_dir(found[0], path)


def files_below(prefix: str, duck: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the paths of the files of an internal stage that begin so, in order."""
    return sorted(path for (path,) in duck.execute(stage.internal_files_sql(prefix)).fetchall())
