"""Speed: fakesnow's rewrites of a statement, most of which concern nothing that is in it.

fakesnow walks through the whole statement for each of its rewrites, more than 70 times. One that looks for
kinds of syntax that the statement does not hold would leave it as it is.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlglot import Expr, exp

if TYPE_CHECKING:
    from types import FunctionType

_Span = tuple[int, int, Expr]

# What the rewrites of fakesnow look for, by the names of their functions; the others walk through all.
LOOKED_FOR: dict[str, tuple[type[Expr], ...]] = {
    "alias_in_join": (exp.Select,),
    "alias_in_where": (exp.Select,),
    "alter_session": (exp.Alter,),
    "array_agg": (exp.ArrayAgg, exp.Window),
    "array_agg_within_group": (exp.WithinGroup,),
    "array_construct_etc": (exp.ArrayConstructCompact, exp.Array, exp.ArrayConcat),
    "array_size": (exp.ArraySize,),
    "create_clone": (exp.Create,),
    "create_database": (exp.Create,),
    "create_file_format": (exp.Create,),
    "create_stage": (exp.Create,),
    "create_table_as": (exp.Create,),
    "create_user": (exp.Command,),
    "current_version": (exp.CurrentVersion,),
    "dateadd_date_cast": (exp.DateAdd,),
    "dateadd_string_literal_timestamp_cast": (exp.DateAdd,),
    "datediff_string_literal_timestamp_cast": (exp.DateDiff,),
    "drop_schema_cascade": (exp.Drop,),
    "extract_comment_on_columns": (exp.Alter,),
    "extract_comment_on_table": (exp.Create, exp.Comment, exp.Alter),
    "extract_text_length": (exp.Create, exp.Alter),
    "flatten": (exp.Lateral, exp.TableFromRows),
    "flatten_value_cast_as_varchar": (exp.Cast,),
    "float_to_double": (exp.DataType,),
    "haversine": (exp.Anonymous,),
    "hex_string": (exp.HexString,),
    "identifier": (exp.Table,),
    "indices_to_json_extract": (exp.Bracket,),
    "information_schema_databases": (exp.Table,),
    "information_schema_fs": (exp.Table,),
    "integer_precision": (exp.DataType,),
    "json_extract_cased_as_varchar": (exp.Upper, exp.Lower),
    "json_extract_cast_as_varchar": (exp.Cast,),
    "json_extract_precedence": (exp.JSONExtract, exp.JSONExtractScalar),
    "list_stage": (exp.ListStage,),
    "object_agg": (exp.ObjectAgg,),
    "object_construct": (exp.StarMap, exp.Struct, exp.JSONObject),
    "put_stage": (exp.Put,),
    "random": (exp.Select,),
    "regex_replace": (exp.RegexpReplace,),
    "regex_substr": (exp.RegexpExtract,),
    "result_scan": (exp.Select,),
    "sample": (exp.TableSample,),
    "semi_structured_types": (exp.DataType,),
    "sequence_nextval": (exp.Column,),
    "set_schema": (exp.Use,),
    "sha256": (exp.SHA2, exp.SHA2Digest, exp.Anonymous),
    "show_columns": (exp.Show,),
    "show_databases": (exp.Show,),
    "show_functions": (exp.Show, exp.Command),
    "show_keys": (exp.Show,),
    "show_parameters": (exp.Command,),
    "show_procedures": (exp.Show,),
    "show_schemas": (exp.Show,),
    "show_sequences": (exp.Show,),
    "show_stages": (exp.Show,),
    "show_tables_etc": (exp.Show,),
    "show_users": (exp.Show,),
    "show_warehouses": (exp.Show,),
    "split": (exp.Split,),
    "tag": (exp.Alter, exp.Command, exp.Create, exp.Drop),
    "timestamp_ntz": (exp.DataType,),
    "timestamp_offsets": (exp.Cast,),
    "to_date": (exp.Anonymous,),
    "to_decimal": (exp.ToNumber,),
    "to_timestamp": (exp.UnixToTime, exp.Anonymous, exp.Cast),
    "to_variant": (exp.ToVariant,),
    "trim_cast_varchar": (exp.Trim,),
    "try_parse_json": (exp.Anonymous,),
    "upper_case_unquoted_identifiers": (exp.Identifier,),
    "values_columns": (exp.Values,),
}


class Rewritten:
    """A statement in the place of its syntax tree, while fakesnow rewrites it time and again."""

    def __init__(self, tree: Expr) -> None:
        """Take the syntax tree, which is changed in place."""
        self.tree = tree
        self._spans: dict[type[Expr], list[_Span]] = {}

    def transform(
        self,
        rewrite: FunctionType,
        *arguments: Any,  # noqa: ANN401 - the rewrite's own
        copy: bool,
        **options: Any,  # noqa: ANN401
    ) -> Rewritten:
        """Rewrite the statement as `Expr.transform` does, but look only at what the rewrite looks for."""
        kinds = _kinds_of(rewrite)
        if kinds is None:
            self.tree = self.tree.transform(rewrite, *arguments, copy=copy, **options)
            self._spans = {}
            return self
        self._spans = self._spans or _spans(self.tree)
        found = [span for kind, spans in self._spans.items() if issubclass(kind, kinds) for span in spans]
        if not found:
            return self
        behind = 0  # what has been replaced: what lay in it is not looked at
        for begin, end, node in sorted(found, key=itemgetter(0)):
            if begin >= behind and self._replace(node, rewrite, arguments, options):
                behind = end
        self._spans = {}
        return self

    def _replace(
        self, node: Expr, rewrite: FunctionType, arguments: tuple[Any, ...], options: dict[str, Any]
    ) -> bool:
        parent, key, index = (
            node.parent,
            node.arg_key,
            node.index,
        )  # before the rewrite puts it somewhere else
        by = rewrite(node, *arguments, **options)
        if by is node:
            return False
        if node is self.tree:
            self.tree = by
        elif parent and key:
            parent.set(key, by, index)
        return True


def _kinds_of(rewrite: FunctionType) -> tuple[type[Expr], ...] | None:
    """Return what a rewrite looks for; a lambda looks for what the function does that it calls."""
    names = (rewrite.__name__, *rewrite.__code__.co_names)
    return next((LOOKED_FOR[name] for name in names if name in LOOKED_FOR), None)


def _spans(tree: Expr) -> dict[type[Expr], list[_Span]]:
    """Return the nodes of a tree by their kind, each with its place in the order of visits and its end."""
    nodes: list[Expr] = []
    parents: list[int] = []
    stack = [(tree, 0)]
    while stack:
        node, parent = stack.pop()
        place = len(nodes)
        nodes.append(node)
        parents.append(parent)
        for value in reversed(node.args.values()):
            if isinstance(value, Expr):
                stack.append((value, place))
            elif type(value) is list:
                stack.extend((each, place) for each in reversed(value) if isinstance(each, Expr))
    sizes = [1] * len(nodes)
    for place in range(len(nodes) - 1, 0, -1):
        sizes[parents[place]] += sizes[place]
    spans: dict[type[Expr], list[_Span]] = {}
    for place, node in enumerate(nodes):
        spans.setdefault(type(node), []).append((place, place + sizes[place], node))
    return spans
