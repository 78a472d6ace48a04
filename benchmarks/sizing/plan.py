"""`python -m benchmarks.sizing.plan`: what the formula says for numbers of your own, with measured units."""

from __future__ import annotations

import click

from benchmarks.sizing.formula import Cost, Found, Units

# As `python -m benchmarks.sizing` printed them.
MEASURED = Units(
    hundred=Cost(points=4.5, bytes=58_094),
    repository=Cost(points=3.17, bytes=8_626),
    pull_request=Cost(points=0.0435, bytes=10_917),
)
ROWS_OF_PULL_REQUEST = 28  # 51,923 records of 1,000 repositories with 1,836 pull requests
SECONDS_OF_REQUEST = 0.15
REQUESTS_AT_ONCE = 8
POINTS_OF_AN_HOUR = 5_000
HEADING = (
    "| repositories | run | points | hours of one token's limit | minutes of waiting for GitHub | GB | rows |"
)


def rows(
    repositories: tuple[int, ...], pull_requests: int, changed_share: float, pull_requests_again: int
) -> list[str]:
    """Return the table, in Markdown: a first sync, and one of the runs after it, for each number."""
    lines = [HEADING, "|---|---|---|---|---|---|---|"]
    for number in repositories:
        changed = max(round(number * changed_share), 1)
        runs = {
            "first": Found(number, number, number * pull_requests),
            "every six hours": Found(number, changed, changed * pull_requests_again),
        }
        lines += [_line(number, name, found) for name, found in runs.items()]
    return lines


def _line(number: int, name: str, found: Found) -> str:
    cost = MEASURED.cost(found)
    minutes = cost.points * SECONDS_OF_REQUEST / REQUESTS_AT_ONCE / 60
    hours = cost.points / POINTS_OF_AN_HOUR
    return (
        f"| {number:,} | {name} | {cost.points:,.0f} | {hours:,.2f} | {minutes:,.1f} "
        f"| {cost.bytes / 1e9:,.3f} | {found.pull_requests * ROWS_OF_PULL_REQUEST:,} |"
    )


@click.command()
@click.option(
    "--repositories", type=int, multiple=True, default=(10, 1_000, 10_000), help="How many there are."
)
@click.option("--pull-requests", default=150, help="Of each, in all its history.")
@click.option("--changed-share", default=0.05, help="Share of repositories that change in six hours.")
@click.option("--pull-requests-again", default=5, help="Of each of those, read again: the lookback counts.")
def main(
    repositories: tuple[int, ...], pull_requests: int, changed_share: float, pull_requests_again: int
) -> None:
    """Print the table."""
    click.echo("\n".join(rows(repositories, pull_requests, changed_share, pull_requests_again)))


if __name__ == "__main__":
    main()
