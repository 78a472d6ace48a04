"""Checks and what they find: a line each, whatever becomes of the others."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from target_gcs_snowflake_merge.errors import LoaderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

logger = logging.getLogger("target-gcs-snowflake-merge")


class Verdict(StrEnum):
    """What came of a check."""

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """LOOK returns what is right, or raises what is wrong; NEEDS names checks to be right before."""

    name: str
    look: Callable[[], str]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What a check found: its text is one line without secrets."""

    name: str
    verdict: Verdict
    text: str

    def __str__(self) -> str:
        """Return the line for people."""
        return f"{self.verdict:<7}  {self.name}: {' '.join(self.text.split())}"


def diagnose(checks: Iterable[Check]) -> Iterator[Finding]:
    """Make one check after the other; which come next may depend on what was found."""
    right: set[str] = set()
    for check in checks:
        finding = _finding(check, [name for name in check.needs if name not in right])
        if finding.verdict is Verdict.RIGHT:
            right.add(check.name)
        yield finding


def _finding(check: Check, missing: list[str]) -> Finding:
    if missing:
        return Finding(check.name, Verdict.UNKNOWN, f"first mend: {', '.join(missing)}")
    try:
        return Finding(check.name, Verdict.RIGHT, check.look())
    except LoaderError as error:
        return Finding(check.name, Verdict.WRONG, str(error))
    except Exception as error:  # one check must not hide the others
        logger.debug("Where it came from:", exc_info=True)
        # Not its text: nobody has made sure that there is no secret in it.
        return Finding(check.name, Verdict.WRONG, f"unexpected {type(error).__name__} (LOGLEVEL=DEBUG tells)")
