"""DuckDB's `read_json` to Parquet, with types that it finds by itself: what that costs at least."""

from __future__ import annotations

import sys

import duckdb


def main() -> None:
    """Turn the Singer file that is named first into the Parquet file that is named second."""
    source, target = sys.argv[1:3]
    query = f"SELECT record.* FROM read_json('{source}', format = 'newline_delimited') WHERE type = 'RECORD'"
    duckdb.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet, COMPRESSION snappy)")


if __name__ == "__main__":
    main()
