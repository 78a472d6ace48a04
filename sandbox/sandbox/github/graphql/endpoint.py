"""`POST /graphql`: from a request to an answer, paid by its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from graphql import OperationDefinitionNode, execute_sync, value_from_ast_untyped
from starlette.responses import HTMLResponse, Response

from sandbox.github.answers import ApiError, not_found
from sandbox.github.gate import POINTS_HEADER
from sandbox.github.graphql.cost import BoundsError, Cost, price
from sandbox.github.graphql.documents import DocumentError, document
from sandbox.github.graphql.errors import entry
from sandbox.github.graphql.graph import Graph
from sandbox.github.graphql.query import Query, RateLimit
from sandbox.github.graphql.schema import schema

if TYPE_CHECKING:
    from starlette.requests import Request

    from sandbox.github.dataset import Store
    from sandbox.github.graphql.documents import Document
    from sandbox.github.tokens import Grant

TIMED_OUT = """<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><h1>502 Bad Gateway</h1><p>The server did not answer in time.</p></body></html>
"""


class Body(msgspec.Struct):
    """What a client sends."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = msgspec.field(name="operationName", default=None)


class GraphQL:
    """The endpoint, over the data folder as it is at each request."""

    def __init__(self, store: Store, *, is_served: bool, max_nodes: int) -> None:
        """Time out on queries that may bring more than `max_nodes` nodes; answer 404 where not served."""
        self._store = store
        self._is_served = is_served
        self._max_nodes = max_nodes
        self._graph = Graph(store.dataset)

    async def answer(self, request: Request) -> Response:
        """Answer a query; whatever is wrong with it is said in an answer of status 200."""
        if not self._is_served:
            raise not_found()
        if not request.state.credential:
            raise ApiError(401, "This endpoint requires you to be authenticated.")
        body = _read(await request.body())
        cost = Cost(0, 0)
        try:
            asked = document(body.query)
            operation = asked.operation(body.operation_name)
            cost = price(asked.tree, operation, _with_defaults(operation, body.variables))
        except DocumentError as error:
            return _answer({"errors": error.errors}, cost)
        except BoundsError as error:
            return _answer({"data": None, "errors": [_bounds_entry(error)]}, cost)
        if cost.nodes > self._max_nodes:
            return HTMLResponse(TIMED_OUT, 502)
        allowance = request.state.allowance if request.state.is_limited else None
        rate_limit = RateLimit.after(allowance, cost) if allowance else None
        query = Query(self._current(), request.state.grant, rate_limit)
        return _answer(_executed(asked, body, query, request.state.grant), cost)

    def _current(self) -> Graph:
        data = self._store.dataset
        if self._graph.data is not data:
            self._graph = Graph(data)
        return self._graph


def _read(content: bytes) -> Body:
    try:
        return msgspec.json.decode(content, type=Body)
    except msgspec.ValidationError:
        raise ApiError(400, "A query attribute must be specified and must be a string.") from None
    except msgspec.DecodeError:
        raise ApiError(400, "Problems parsing JSON") from None


def _executed(asked: Document, body: Body, query: Query, grant: Grant) -> dict[str, Any]:
    result = execute_sync(
        schema(),
        asked.tree,
        root_value=query,
        context_value=grant,
        variable_values=body.variables,
        operation_name=body.operation_name,
    )
    if not result.errors:
        return {"data": result.data}
    return {"data": result.data, "errors": [entry(error) for error in result.errors]}


def _with_defaults(operation: OperationDefinitionNode, given: dict[str, Any] | None) -> dict[str, Any]:
    defaults = {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions or ()
        if definition.default_value
    }
    return {**defaults, **(given or {})}


def _answer(value: object, cost: Cost) -> Response:
    headers = {POINTS_HEADER: str(cost.points)}
    return Response(msgspec.json.encode(value), headers=headers, media_type="application/json; charset=utf-8")


def _bounds_entry(error: BoundsError) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": error.refusal.kind, "message": str(error)}
    if error.path:
        shown["path"] = error.path
    if error.field and error.field.loc:
        at = error.field.loc.start_token
        shown["locations"] = [{"line": at.line, "column": at.column}]
    return shown
