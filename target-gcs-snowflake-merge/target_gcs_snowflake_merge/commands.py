"""The commands beside the Singer target: `replay` and `doctor`."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Any

import click
from singer_sdk._logging import _setup_console_logging
from singer_sdk.plugin_base import _ConfigInput

from target_gcs_snowflake_merge.doctor import Doctor, Verdict, diagnose
from target_gcs_snowflake_merge.replay import Window
from target_gcs_snowflake_merge.target import TargetGCSSnowflakeMerge, one_sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = click.DateTime(["%Y-%m-%d"])


@click.command("replay")
@click.option("--config", multiple=True, default=("ENV",), help="A configuration file, or ENV.")
@click.option("--stream", required=True, help="The stream whose files are loaded again.")
@click.option("--from", "first_day", type=DAY, required=True, help="The first day, as 2026-01-31.")
@click.option("--to", "last_day", type=DAY, default=None, help="The last day; today if not given.")
@click.option("--org", "organisation", default=None, help="Only the files of this organisation.")
def replay(
    config: tuple[str, ...],
    stream: str,
    first_day: dt.datetime,
    last_day: dt.datetime | None,
    organisation: str | None,
) -> None:
    """Rebuild or repair the table of a stream from the files in the lake, without asking the source."""
    _setup_console_logging(log_level="INFO")
    last = last_day or dt.datetime.now(dt.UTC)
    given = _ConfigInput.from_cli_args(*config)
    with one_sentence(TargetGCSSnowflakeMerge.logger):
        target = TargetGCSSnowflakeMerge(config=given.config, parse_env_config=given.parse_env)
        target.replay(Window(stream, first_day.date(), last.date(), organisation))


@click.command("doctor")
@click.option("--config", multiple=True, default=("ENV",), help="A configuration file, or ENV.")
def doctor(config: tuple[str, ...]) -> None:
    """Check settings, bucket, login, role, warehouse, schema, stage and rights: a line for each."""
    given = _ConfigInput.from_cli_args(*config)

    def validated() -> Mapping[str, Any]:
        target = TargetGCSSnowflakeMerge(config=dict(given.config), parse_env_config=given.parse_env)
        return target.config

    physician = Doctor(validated)
    is_well = True
    try:
        for finding in diagnose(physician.checks()):
            click.echo(finding)
            is_well = is_well and finding.verdict is not Verdict.WRONG
    finally:
        physician.close()
    sys.exit(0 if is_well else 1)


COMMANDS = {"replay": replay, "doctor": doctor}
