"""dlt, which is no Singer target: a resource that yields the records of the file, merged by their key.

It runs in an environment of its own, without this project. Nested values stay columns, as everywhere here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dlt  # type: ignore[import-not-found]

if TYPE_CHECKING:
    from collections.abc import Iterator


def records(source: Path) -> Iterator[dict[str, Any]]:
    """Yield the records of a Singer file."""
    with source.open(encoding="utf-8") as file:
        for line in file:
            message = json.loads(line)
            if message["type"] == "RECORD":
                yield message["record"]


def main() -> None:
    """Load the Singer file that is named first, by the configuration that is named second."""
    source, config = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text("utf-8"))
    resource = dlt.resource(
        records(source),
        name=config["table"],
        primary_key=config["keys"],
        write_disposition="merge",
        max_table_nesting=0,
    )
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(Path.cwd() / "dlt"),
        destination=dlt.destinations.snowflake(credentials=config["credentials"]),
        dataset_name=config["schema"],
    )
    pipeline.run(resource)


if __name__ == "__main__":
    main()
