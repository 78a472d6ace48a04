"""The command: the Singer target, and `replay` and `doctor` beside it."""

from __future__ import annotations

import sys

from target_gcs_snowflake_merge.errors import SettingsError
from target_gcs_snowflake_merge.target import TargetGCSSnowflakeMerge, one_sentence

NAME = "target-gcs-snowflake-merge"


def main() -> None:
    """Run the command."""
    name = next(iter(sys.argv[1:]), "")
    with one_sentence(TargetGCSSnowflakeMerge.logger):
        try:
            if name in {"replay", "doctor"}:
                from target_gcs_snowflake_merge.commands import COMMANDS  # noqa: PLC0415 - not for `--about`

                COMMANDS[name](sys.argv[2:], prog_name=f"{NAME} {name}")
            else:
                command = TargetGCSSnowflakeMerge.cli
                command.epilog = "Besides, `doctor` checks settings and access; `replay` loads from the lake."
                command()
        except (FileNotFoundError, ValueError) as error:  # of a run itself none comes so far
            message = f"A file of the command ({' '.join(sys.argv[1:])}) cannot be read: {error}"
            raise SettingsError(message) from error
