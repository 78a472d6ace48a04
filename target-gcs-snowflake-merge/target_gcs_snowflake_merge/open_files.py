"""How many files may be open at once: each stream and organisation of a run has one."""

from __future__ import annotations

import resource
from contextlib import suppress

WANTED_FILES = 8_192
MOST_FILES = 200  # of batches; each costs some memory too


def allow_many() -> int:
    """Raise the limit of this process as far as it may; return how many files batches may have open.

    As many again may be opened before that is looked at; the rest is for connections and libraries.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft not in {resource.RLIM_INFINITY, hard} and soft < WANTED_FILES:
        wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return MOST_FILES if soft == resource.RLIM_INFINITY else min(MOST_FILES, soft // 4)
