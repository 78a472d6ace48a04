"""Gap: the answer to a statement: in a thread of its own, at most once per request, and never HTTP 500."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from fakesnow.converter import from_binding
from fakesnow.dialect import parse_one
from fakesnow.server import gcs_stage_info
from fakesnow.statement_type import DML_TYPE_IDS, SELECT, statement_type_id
from snowflake.connector.errors import Error
from sqlglot import TokenType
from sqlglot.dialects.dialect import Dialect

from sandbox.snowflake.errors import as_snowflake_error
from sandbox.snowflake.results import as_arrow, as_rowset, describe

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.snowflake.session import Cursor, Session

Answer = dict[str, Any]
_OVERWRITE = re.compile(r"\bOVERWRITE\s*=\s*TRUE\b", re.IGNORECASE)


def answer(session: Session, body: dict[str, Any], request: Request) -> Answer:
    """Run the statement of a request; return the answer, which may be an error."""
    try:
        cursor = session.cursor()
        *before, text = _apart(str(body["sqlText"]), body.get("parameters") or {})
        for one in before:
            cursor.execute(one)
        bindings = body.get("bindings") or {}
        kind = _kind(text)
        if body.get("describeOnly") and (described := cursor._describe_only(text)) is not None:  # noqa: SLF001
            columns = [describe(row[0], row[1]) for row in described]
            return _success(session, cursor, columns, kind, {"total": 0, **_nothing(kind)})
        if any(isinstance(binding["value"], list) for binding in bindings.values()):
            return _batch(session, cursor, text, bindings, kind)
        cursor.execute(text, binding_params=_params(bindings))
        return _put(cursor, text, bindings, request) or _result(session, cursor, kind)
    except Exception as error:  # noqa: BLE001 - whatever happens, the client gets an error of Snowflake
        return failure(as_snowflake_error(error))


def _apart(text: str, parameters: dict[str, Any]) -> list[str]:
    """Return the statements of a request that may hold several; the last one's result is the answer."""
    wanted = int(parameters.get("MULTI_STATEMENT_COUNT", 1))
    if wanted == 1 or ";" not in text.rstrip().rstrip(";"):
        return [text]
    tokens = Dialect.get_or_raise("snowflake").tokenize(text)
    ends = [token.start for token in tokens if token.token_type is TokenType.SEMICOLON]
    parts = [text[start:end] for start, end in pairwise([0, *(end + 1 for end in ends), len(text) + 1])]
    return [part for part in parts if part.strip().rstrip(";")]


def failure(error: Error) -> Answer:
    """Return the answer that tells of an error."""
    code = f"{error.errno if error.errno and error.errno > 0 else 603:06d}"
    return {
        "data": {"errorCode": code, "sqlState": error.sqlstate},
        "code": code,
        "message": error.raw_msg,
        "success": False,
    }


def _kind(text: str) -> int:
    try:
        return statement_type_id(parse_one(text))
    except Error:
        return SELECT  # whatever it is, running it says so


def _params(bindings: dict[str, Any]) -> Any:  # noqa: ANN401 - by position or by name
    if not bindings:
        return None
    if all(name.isdigit() for name in bindings):
        return tuple(_value(bindings[str(place)]) for place in range(1, len(bindings) + 1))
    return {name: _value(binding) for name, binding in bindings.items()}


def _value(binding: dict[str, Any]) -> Any:  # noqa: ANN401 - a Python value
    return None if binding["value"] is None else from_binding(binding)


def _batch(session: Session, cursor: Cursor, text: str, bindings: dict[str, Any], kind: int) -> Answer:
    """Run a statement once per row of an array binding, as one statement."""
    columns = [
        [_value({**bindings[str(place)], "value": value}) for value in bindings[str(place)]["value"]]
        for place in range(1, len(bindings) + 1)
    ]
    count = 0
    for row in zip(*columns, strict=True):
        cursor.execute(text, binding_params=row)
        count += cursor.rowcount or 0
    rows = {"queryResultFormat": "json", "rowset": [[str(count)]], "total": 1}
    return _success(session, cursor, cursor.columns(), kind, rows)


def _put(cursor: Cursor, text: str, bindings: dict[str, Any], request: Request) -> Answer | None:
    transformed = cursor._last_transformed  # noqa: SLF001
    data = transformed.args.get("put_stage_data") if transformed is not None else None
    if transformed is None or data is None:
        return None
    if not bindings:
        data["stageInfo"] = {"region": "US", **gcs_stage_info(request, transformed, data)}
    data["overwrite"] = _OVERWRITE.search(text) is not None
    return {"data": data, "success": True}


def _result(session: Session, cursor: Cursor, kind: int) -> Answer:
    table, columns = cursor._arrow_table, cursor.columns()  # noqa: SLF001
    if table is None:
        rows = _nothing(SELECT)
    elif kind in DML_TYPE_IDS:
        rows = {"queryResultFormat": "json", "rowset": as_rowset(table)}
    else:
        rows = {"queryResultFormat": "arrow", "rowsetBase64": as_arrow(table, columns)}
    return _success(session, cursor, columns, kind, {"total": 0 if table is None else table.num_rows, **rows})


def _nothing(kind: int) -> Answer:
    if kind == SELECT:
        return {"queryResultFormat": "arrow", "rowsetBase64": ""}
    return {"queryResultFormat": "json", "rowset": []}


def _success(session: Session, cursor: Cursor, columns: list[Any], kind: int, rows: Answer) -> Answer:
    return {
        "data": {
            "parameters": [{"name": "TIMEZONE", "value": "Etc/UTC"}],
            "rowtype": columns,
            "queryId": cursor.sfqid,
            "statementTypeId": kind,
            "finalDatabaseName": session.database,
            "finalSchemaName": session.schema,
            **rows,
        },
        "code": None,
        "message": None,
        "success": True,
    }
