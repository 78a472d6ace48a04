"""The command: the Singer target, and `replay` and `doctor` beside it."""

from __future__ import annotations

import sys

from target_gcs_snowflake_merge.target import TargetGCSSnowflakeMerge

NAME = "target-gcs-snowflake-merge"


def main() -> None:
    """Run the command."""
    name = next(iter(sys.argv[1:]), "")
    if name not in {"replay", "doctor"}:
        TargetGCSSnowflakeMerge.cli()
        return
    from target_gcs_snowflake_merge.commands import COMMANDS  # noqa: PLC0415 - `--about` needs none of it

    COMMANDS[name](sys.argv[2:], prog_name=f"{NAME} {name}")
