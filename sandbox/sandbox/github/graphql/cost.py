"""What a query costs, told before it is executed from `first`, `last` and `ids` alone.

GitHub's rule: each connection is requested once for each node of its parent; requests add up, a hundred are
a point. A connection of which only the total is asked for has no `first`, and costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    Undefined,
    value_from_ast_untyped,
)

from sandbox.github.graphql.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import DirectiveNode, DocumentNode, SelectionNode, SelectionSetNode

MAX_NODES = 500_000
MAX_PAGE = 100
MAX_IDS = 100
REQUESTS_PER_POINT = 100
WITHOUT_PAGES = frozenset(("totalCount", "__typename"))


@dataclass(frozen=True)
class Cost:
    """The price of a query."""

    requests: int
    nodes: int

    @property
    def points(self) -> int:
        """Return the points that are charged."""
        return max((self.requests + REQUESTS_PER_POINT // 2) // REQUESTS_PER_POINT, 1)


class BoundsError(Exception):
    """A connection or a list of ids that asks for too much, or does not say for how much."""

    def __init__(self, refusal: Refusal, field: FieldNode | None, path: tuple[str, ...]) -> None:
        """Keep the refusal and where it belongs."""
        super().__init__(str(refusal))
        self.refusal = refusal
        self.field = field
        self.path = path


class _Walk:
    """One walk through an operation."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._variables = dict(variables)
        self.requests = 0
        self.nodes = 0

    def enter(self, selections: SelectionSetNode | None, parents: int, path: tuple[str, ...]) -> None:
        for field in self._fields(selections):
            name = (field.alias or field.name).value
            size = self._size(field, (*path, name))
            if size is not None:
                self.nodes += parents * size
                self.requests += parents if field.name.value != "nodes" else 0
            self.enter(field.selection_set, parents * (1 if size is None else size), (*path, name))

    def _fields(self, selections: SelectionSetNode | None) -> Iterator[FieldNode]:
        for selection in selections.selections if selections else ():
            if self._is_left_out(selection):
                continue
            if isinstance(selection, FieldNode):
                yield selection
            elif isinstance(selection, InlineFragmentNode):
                yield from self._fields(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                yield from self._fields(self._fragments[selection.name.value].selection_set)

    def _is_left_out(self, selection: SelectionNode) -> bool:
        """Tell whether @skip or @include leaves a selection out: then it costs nothing."""
        conditions = {
            directive.name.value: self._given(directive)["if"] for directive in selection.directives or ()
        }
        return bool(conditions.get("skip", False)) or not conditions.get("include", True)

    def _given(self, node: FieldNode | DirectiveNode) -> dict[str, Any]:
        """Return the arguments of a field or a directive; variables without a value are none."""
        values = {
            argument.name.value: value_from_ast_untyped(argument.value, self._variables)
            for argument in node.arguments or ()
        }
        return {name: value for name, value in values.items() if value is not None and value is not Undefined}

    def _size(self, field: FieldNode, path: tuple[str, ...]) -> int | None:
        """Return how many nodes a field may bring, or None where it is no list."""
        given = self._given(field)
        if "ids" in given:
            return _within_ids(field, path, len(given["ids"]))
        bounds: dict[str, int] = {name: given[name] for name in ("first", "last") if name in given}
        if not bounds:
            self._refuse_unbounded(field, path)
            return None
        return _within_page(field, path, bounds)

    def _refuse_unbounded(self, field: FieldNode, path: tuple[str, ...]) -> None:
        asked = {each.name.value for each in self._fields(field.selection_set)}
        if asked & {"nodes", "edges", "pageInfo"} and len(path) > 1:
            name = field.name.value
            message = (
                f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
            )
            raise BoundsError(Refusal("MISSING_PAGINATION_BOUNDARIES", message), field, path)


def price(document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Cost:
    """Return what an operation costs, or raise where it asks for too much."""
    walk = _Walk(document, variables)
    walk.enter(operation.selection_set, 1, ())
    if walk.nodes > MAX_NODES:
        message = (
            f"This query requests up to {walk.nodes:,} possible nodes which exceeds the maximum limit of "
            f"{MAX_NODES:,}."
        )
        raise BoundsError(Refusal("MAX_NODE_LIMIT_EXCEEDED", message), None, ())
    return Cost(walk.requests, walk.nodes)


def _within_ids(field: FieldNode, path: tuple[str, ...], number: int) -> int:
    if number > MAX_IDS:
        message = f"You may not provide more than {MAX_IDS} node ids; you provided {number}."
        raise BoundsError(Refusal("ARGUMENT_LIMIT", message), field, path)
    return number


def _within_page(field: FieldNode, path: tuple[str, ...], bounds: Mapping[str, int]) -> int:
    name = field.name.value
    if len(bounds) > 1:
        message = f"Passing both `first` and `last` to paginate the `{name}` connection is not supported."
        raise BoundsError(Refusal("EXCESSIVE_PAGINATION", message), field, path)
    (argument, number), *_ = bounds.items()
    if number > MAX_PAGE:
        message = (
            f"Requesting {number} records on the `{name}` connection exceeds the `{argument}` limit of "
            f"{MAX_PAGE} records."
        )
        raise BoundsError(Refusal("EXCESSIVE_PAGINATION", message), field, path)
    if number < 0:
        message = f"`{argument}` on the `{name}` connection cannot be less than zero."
        raise BoundsError(Refusal("ARGUMENT_LIMIT", message), field, path)
    return number
