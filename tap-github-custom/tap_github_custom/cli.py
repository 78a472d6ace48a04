"""The command: the Singer tap, and `doctor` beside it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click
from singer_sdk.plugin_base import _ConfigInput

from tap_github_custom.doctor import Doctor, Finding, Verdict, diagnose
from tap_github_custom.endings import one_sentence
from tap_github_custom.errors import ConfigurationError
from tap_github_custom.tap import TapGitHubCustom

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Settings(TapGitHubCustom):
    """The tap as what knows the settings: it reads nothing, so a signal ends the process as any other."""

    def _setup_signal_handlers(self) -> None:
        """Leave them as they are."""


@click.command("doctor")
@click.option("--config", multiple=True, default=("ENV",), help="A configuration file, or ENV.")
def doctor(config: tuple[str, ...]) -> None:
    """Check settings, network, clock, credentials, limits, organisations and git: a line for each."""
    given = _ConfigInput.from_cli_args(*config)

    def validated(*, is_strict: bool = True) -> Mapping[str, Any]:
        tap = _Settings(
            config=dict(given.config), parse_env_config=given.parse_env, validate_config=is_strict
        )
        return tap.config

    try:
        settings = validated(is_strict=False)
    except ConfigurationError as error:  # they cannot even be read
        click.echo(Finding("settings", Verdict.WRONG, str(error)))
        sys.exit(1)
    is_well = True
    for finding in diagnose(Doctor(settings, validated).checks()):
        click.echo(finding)
        is_well = is_well and finding.verdict is not Verdict.WRONG
    sys.exit(0 if is_well else 1)


def main() -> None:
    """Run the command."""
    with one_sentence(TapGitHubCustom.logger):
        try:
            if sys.argv[1:2] == ["doctor"]:
                doctor(sys.argv[2:], prog_name="tap-github-custom doctor")
            else:
                command = TapGitHubCustom.cli
                command.epilog = "Besides, `doctor` checks settings, access and limits."
                command()
        except (FileNotFoundError, ValueError) as error:  # of a run itself none comes so far
            message = f"A file of the command ({' '.join(sys.argv[1:])}) cannot be read: {error}"
            raise ConfigurationError(message) from error
