"""The folder on disk of a run, and those that killed runs have left.

A run holds the lock of a file within its folder as long as its process lives, and the kernel gives it back
however that ends. So a lock that can be taken belongs to a run that is dead: also where containers share the
folder of temporary files and know nothing of each other's processes.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

PREFIX = "target-gcs-snowflake-merge-"
LOCK = "lock"

logger = logging.getLogger("target-gcs-snowflake-merge")


def make_folder() -> Path:
    """Return a folder of this process's own, after having removed those of dead ones."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody else removes it, too, or it is none of ours
            _remove_if_dead(folder)
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    with suppress(OSError):  # a file system without locks: nobody will take this run for dead
        _lock(made)
    return made


def _lock(folder: Path) -> None:
    """Take the lock for the life of this process; the file has its name only once it is locked."""
    new = folder / f"{LOCK}.new"
    file = os.open(new, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    new.rename(folder / LOCK)


def _remove_if_dead(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return
    file = os.open(folder / LOCK, os.O_RDWR | os.O_NOFOLLOW)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        logger.info("Removing %s, which a run that was killed has left", folder)
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(file)
