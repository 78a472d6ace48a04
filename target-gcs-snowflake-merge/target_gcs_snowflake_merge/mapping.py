"""Stream maps and flattening, done by the SDK where they are configured."""

from __future__ import annotations

from decimal import Decimal
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import msgspec
from singer_sdk.mapper import MAPPER_SOURCE_OPTION, NULL_STRING, RemoveRecordTransform

from target_gcs_snowflake_merge.errors import BadInputError, BadRecordError
from target_gcs_snowflake_merge.references import understood_properties
from target_gcs_snowflake_merge.schema import plain
from target_gcs_snowflake_merge.values import load_json, require_whole_key, whole_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.mapper import PluginMapper

    from target_gcs_snowflake_merge.messages import Message

CONFIGURED_BY = ("stream_maps", "flattening_enabled")


class WrittenFloat(float):
    """A float for the expressions of a stream map; as exact as it was written where none changes it."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, text: str) -> Self:
        """Take the text of a number."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:
        """Stay the same in a copy."""
        return type(self), (self.text,)


def _written(number: WrittenFloat) -> msgspec.Raw:
    return msgspec.Raw(number.text.encode())


_decode = msgspec.json.Decoder(float_hook=WrittenFloat).decode
_encode = msgspec.json.Encoder(enc_hook=_written, decimal_format="number").encode


class Described(NamedTuple):
    """A stream as its records are loaded."""

    name: str
    schema: dict[str, Any]
    keys: list[str]
    computed: frozenset[str] = frozenset()
    """Properties whose values a stream map makes: what the tap says of its own values is not of these."""


class Mapping:
    """Turns the records of one stream into those of others."""

    def __init__(self, mapper: PluginMapper) -> None:
        """Take the SDK's mapper."""
        self._mapper = mapper

    def register(self, stream: str, schema: dict[str, Any], keys: list[str]) -> Iterator[Described]:
        """Yield each stream that a stream becomes; left out, it becomes none.

        Else a stream without a record would look as if its source had become empty.
        """
        flattening = self._mapper.flattening_options
        levels = flattening.max_level if flattening.enabled else 0
        try:
            understood = understood_properties(schema, levels)
            if levels > 0:
                understood = {name: plain(each) for name, each in understood.items()}
            properties = {**schema["properties"], **understood}  # what nobody understands a map may remove
            self._mapper.register_raw_stream_schema(stream, {**schema, "properties": properties}, keys)
        except Exception as error:  # nor is there a base of what the SDK says to a map or to flattened names
            reason = f"its stream map, or flattening, cannot be applied: {error or type(error).__name__}"
            raise BadInputError(reason, stream=stream) from error
        for stream_map, computed in zip(
            self._mapper.stream_maps[stream], self._computed(stream), strict=True
        ):
            if isinstance(stream_map, RemoveRecordTransform):
                continue
            transformed_keys = list(stream_map.transformed_key_properties or ())
            yield Described(
                stream_map.stream_alias, stream_map.transformed_schema, transformed_keys, computed
            )

    def _computed(self, stream: str) -> list[frozenset[str]]:
        """Return the properties that the settings have an expression for, by map, as the SDK orders them.

        Its maps do not tell: the first is that of the stream itself, others name it as their source.
        """
        first, others = frozenset[str](), []
        for name, definition in self._mapper.stream_maps_dict.items():
            words: dict[str, Any] = definition if isinstance(definition, dict) else {}
            source = words.get(MAPPER_SOURCE_OPTION, name)
            if stream != source and not fnmatch(stream, source):
                continue
            computed = frozenset(each for each in words if words[each] not in (each, None, NULL_STRING))
            if MAPPER_SOURCE_OPTION in words:
                others.append(computed)
            else:
                first = computed
        return [first, *others]

    def knows(self, stream: str) -> bool:
        """Tell whether the schema of a stream has come."""
        return stream in self._mapper.stream_maps

    def leaves_out(self, stream: str) -> bool:
        """Tell whether a stream whose schema has come becomes none."""
        return self.knows(stream) and not self.targets(stream)

    def targets(self, stream: str) -> list[str]:
        """Return the streams that a stream becomes."""
        maps = self._mapper.stream_maps.get(stream, ())
        return [each.stream_alias for each in maps if not isinstance(each, RemoveRecordTransform)]

    def records(self, message: Message) -> Iterator[tuple[str, bytes]]:
        """Yield each record that the record of a message becomes, as JSON text."""
        for stream_map in self._mapper.stream_maps.get(message.stream or "", ()):
            record = _decoded(message.record) if message.decoded is None else _without_bytes(message.decoded)
            if not isinstance(record, dict):
                reason = "the record is not an object"
                raise BadRecordError(reason, stream=message.stream or "")
            try:
                transformed = stream_map.transform(dict(record))
            except Exception as error:  # an expression of the user's may raise anything
                reason = f"a stream map cannot be applied to it: {error or type(error).__name__}"
                raise BadRecordError(reason, stream=message.stream or "") from error
            if transformed is not None:
                for key in stream_map.transformed_key_properties or ():
                    require_whole_key(key, transformed.get(key))
                yield stream_map.stream_alias, _encoded(transformed, message.stream or "")


def _decoded(text: msgspec.Raw) -> Any:  # noqa: ANN401 - a JSON value
    """Decode a record; what the fast decoder refuses may be JSON all the same."""
    try:
        return _decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _without_decimals(load_json(bytes(text)))


def _without_bytes(record: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Return a record with the bytes of a Parquet file as base64: expressions expect what JSON has."""
    return _without_decimals(msgspec.to_builtins(record, builtin_types=(Decimal,)))


def _without_decimals(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """Return a value with the numbers that the fast decoder makes: an expression may have a float as well."""
    if isinstance(value, dict):
        return {name: _without_decimals(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_decimals(each) for each in value]
    if not isinstance(value, Decimal):
        return value
    if value.as_tuple().exponent == 0:  # such as the keys of a Parquet file
        return int(value)
    return WrittenFloat(str(value))


def _encoded(record: Any, stream: str) -> bytes:  # noqa: ANN401 - a JSON value
    try:
        return _encode(whole_value(record))
    except ValueError:
        reason = "a value is no JSON, such as NaN"
        raise BadRecordError(reason, stream=stream) from None
