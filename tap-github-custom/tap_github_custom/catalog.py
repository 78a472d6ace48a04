"""What a catalog of an earlier version of the tap does not know, and so keeps away."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk import Stream
    from singer_sdk.singerlib import Catalog

NAMED = 10


def unknown_to(catalog: Catalog, streams: Iterable[Stream]) -> list[str]:
    """Return the streams, and the columns as stream.column, that a catalog does not mention at all."""
    unknown: list[str] = []
    for stream in streams:
        entry = catalog.get_stream(stream.tap_stream_id)
        if entry is None:
            unknown.append(stream.name)
            continue
        known = entry.schema.properties or {}
        unknown += [f"{stream.name}.{name}" for name in stream.schema["properties"] if name not in known]
    return unknown


def warning_of(unknown: list[str]) -> str:
    """Return what to tell of it."""
    more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
    return (
        f"The catalog does not know {', '.join(unknown[:NAMED])}{more}, so they do not arrive. If an earlier"
        " version of the tap wrote it, discover once more (Meltano: --refresh-catalog)."
    )
