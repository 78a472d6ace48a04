"""The command `sandbox`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from sandbox.servers import ServerError
from sandbox.state import State, StateError


class Command(click.Group):
    """Commands whose errors are one sentence and an exit code."""

    def invoke(self, context: click.Context) -> object:
        """Run a command; say what is wrong without a stack trace."""
        from sandbox.query import QueryError  # noqa: PLC0415 - the connector takes half a second to load

        try:
            return super().invoke(context)
        except (StateError, ServerError, QueryError) as error:
            raise click.ClickException(" ".join(str(error).split())) from error


pass_state = click.make_pass_decorator(State)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, exists=True, file_okay=False, resolve_path=True),
    help="Serve this data folder, as it is, instead of the generated organisation.",
)
size_option = click.option("--size", default="small", show_default=True, help="Size of the organisation.")
seed_option = click.option("--seed", default=1, show_default=True, help="Seed of the organisation.")


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--dir",
    "folder",
    envvar="SANDBOX_DIR",
    default=".sandbox",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the sandbox's state.",
)
@click.pass_context
def main(context: click.Context, folder: Path) -> None:
    """GitHub, Google Cloud Storage and Snowflake on this machine."""
    context.obj = State(folder)


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@data_option
@size_option
@seed_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
@pass_state
def run(state: State, data: Path | None, size: str, seed: int, command: tuple[str, ...]) -> None:
    """Run COMMAND with the servers up, and exit with its exit code."""
    from sandbox.run import run as run_command  # noqa: PLC0415 - each command loads what it needs

    sys.exit(run_command(state, command, data, size=size, seed=seed))


@main.command()
@data_option
@size_option
@seed_option
@pass_state
def up(state: State, data: Path | None, size: str, seed: int) -> None:
    """Start the servers in the background; print the variables, for `eval "$(sandbox up)"`."""
    from sandbox.background import start  # noqa: PLC0415 - each command loads what it needs

    start(state, data, size=size, seed=seed)
    _print_exports(state)


@main.command()
@pass_state
def down(state: State) -> None:
    """Stop the servers that `up` started."""
    from sandbox.background import stop  # noqa: PLC0415 - each command loads what it needs

    click.echo("The servers are stopped." if stop(state) else "No servers were up.")


@main.command()
@pass_state
def env(state: State) -> None:
    """Print the variables of the servers that are up."""
    _print_exports(state)


def _print_exports(state: State) -> None:
    from sandbox.background import exports  # noqa: PLC0415 - each command loads what it needs

    for name, value in exports(state, os.environ).items():
        click.echo(f"export {name}={shlex.quote(value)}")


@main.command()
@click.option("--format", "form", type=click.Choice(["table", "json", "csv"]), default="table")
@click.argument("statement")
@pass_state
def sql(state: State, form: str, statement: str) -> None:
    """Run one SQL STATEMENT on the sandbox's Snowflake, whether the servers are up or not."""
    from sandbox.query import FORMATS, query  # noqa: PLC0415 - each command loads what it needs

    click.echo(FORMATS[form](query(state, statement)))


@main.group()
def github() -> None:
    """Change what the generated GitHub holds."""


@github.command()
@click.option("--days", type=click.IntRange(min=1), default=1, show_default=True)
@pass_state
def advance(state: State, days: int) -> None:
    """Let days of pull requests, reviews and pushes pass."""
    from sandbox.environment import organizations  # noqa: PLC0415 - each command loads what it needs
    from sandbox.github.advance import advance as let_days_pass  # noqa: PLC0415

    if not organizations(state.github):
        message = f"There is no generated organisation in {state.folder} yet: `sandbox run` makes one."
        raise StateError(message)
    news = let_days_pass(state.github, days=days)
    click.echo(
        f"It is {news.last_day} now. New: {news.pull_requests} pull requests, {news.reviews} reviews, "
        f"{news.commits} commits, {news.deployments} deployments."
    )


@main.command()
@pass_state
def summary(state: State) -> None:
    """Say what the last run did, and what is there now."""
    from sandbox.summary import summary as text  # noqa: PLC0415 - each command loads what it needs

    click.echo(text(state))


if __name__ == "__main__":
    main()
