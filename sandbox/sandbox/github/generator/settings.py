"""Which repositories the generated organisations have, and how busy they are, by size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

ORGANIZATION = "lantern-works"
SECOND_ORGANIZATION = "lantern-labs"
MAX_REPOSITORIES = 1000  # ids of what lies in a repository end in its place among all
ORGANIZATION_IDS = {ORGANIZATION: 209_000_101, SECOND_ORGANIZATION: 209_000_202}


@dataclass(frozen=True)
class RepositorySettings:
    """One repository to be generated."""

    name: str
    extension: str
    folders: tuple[str, ...]
    pulls_per_day: float
    organization: str = ORGANIZATION
    is_deployed: bool = False
    is_released: bool = False
    is_private: bool = True
    status: int | None = None
    previous_names: tuple[str, ...] = ()
    archived_on: date | None = None
    has_oddities: bool = False


@dataclass(frozen=True)
class Size:
    """How much is generated."""

    since: date
    busyness: float
    members: int
    further_repositories: int = 0


SIZES = {
    "tiny": Size(date(2026, 5, 25), 2.0, 10),
    "small": Size(date(2026, 1, 5), 1.0, 16),
    "medium": Size(date(2025, 9, 1), 1.6, 32, 20),
    "wide": Size(date(2026, 6, 1), 1.0, 16, 191),
    "vast": Size(date(2026, 6, 15), 1.0, 16, 991),
    "large": Size(date(2026, 3, 2), 1.0, 48, 191),
}

_NAMED = (
    RepositorySettings(
        "platform",
        "py",
        ("services/billing", "services/search", "services/identity", "libs/http"),
        0.5,
        is_deployed=True,
        has_oddities=True,
    ),
    RepositorySettings("web-app", "ts", ("src/pages", "src/widgets"), 0.33, is_deployed=True),
    RepositorySettings(
        "data-pipelines", "sql", ("models", "jobs"), 0.22, is_deployed=True, previous_names=("etl",)
    ),
    RepositorySettings("cli", "go", ("cmd", "internal/wire"), 0.15, is_released=True, is_private=False),
    RepositorySettings("legacy-portal", "ts", ("app",), 0.15, archived_on=date(2026, 6, 12)),
    RepositorySettings("fresh-start", "py", (), 0.0, status=409),
    RepositorySettings("vault", "py", (), 0.0, status=403),
    RepositorySettings("taken-down", "py", (), 0.0, status=451, is_private=False),
    RepositorySettings("experiments", "py", ("notebooks",), 0.12, SECOND_ORGANIZATION, is_released=True),
)
_EXTENSIONS = ("py", "ts", "go", "sql")


def repositories(size: Size) -> list[RepositorySettings]:
    """Return every repository of a size."""
    further = [
        RepositorySettings(
            f"service-{number:03}",
            _EXTENSIONS[number % len(_EXTENSIONS)],
            ("src",),
            0.04 + 0.08 * (number % 3),
            is_deployed=number % 2 == 0,
            is_released=number % 5 == 0,
        )
        for number in range(1, size.further_repositories + 1)
    ]
    return [*_NAMED, *further]
