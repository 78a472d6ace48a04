"""A worker's share of the repositories."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tap_github_custom.errors import ConfigurationError


@dataclass(frozen=True)
class Shard:
    """The NUMBERth of COUNT shares, counted from 1."""

    number: int
    count: int

    @classmethod
    def from_text(cls, text: str) -> Shard:
        """Read the form `3/16`."""
        match = re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", text)
        number, count = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= number <= count:
            message = f"The setting shard is {text!r}, which is not a share such as 3/16."
            raise ConfigurationError(message)
        return cls(number, count)

    @property
    def is_first(self) -> bool:
        """Tell whether this worker does what only one of them has to."""
        return self.number == 1

    def holds(self, repository_id: int) -> bool:
        """Tell whether a repository belongs to this share; every one belongs to exactly one."""
        return repository_id % self.count == self.number - 1
