"""How many files may be open at once: each stream and organisation of a run has one."""

from __future__ import annotations

import resource

MOST_FILES = 200  # each costs some memory, too


def most_files() -> int:
    """Return how many files batches may have open, of what this process may.

    As many again may be opened before that is looked at; the rest is for connections and libraries.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_FILES if soft == resource.RLIM_INFINITY else min(MOST_FILES, soft // 4)
