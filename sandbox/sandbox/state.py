"""The folder in which a sandbox keeps everything: where each thing lies, and who is at work in it."""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


TRIES = 5
PAUSE_SECONDS = 0.05


class StateError(RuntimeError):
    """A folder that cannot be used the way it was asked for."""


def _locked(lock: TextIO) -> bool:
    """Take the lock; a few tries, because who asks for the holder has it for a moment."""
    for _ in range(TRIES):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(PAUSE_SECONDS)
        else:
            return True
    return False


@dataclass(frozen=True)
class Holder:
    """The process that has the servers of a folder running, with their URLs once they run."""

    pid: int
    what: str
    since: str
    github: str = ""
    gcs: str = ""
    snowflake: str = ""
    data: str = ""


@dataclass
class State:
    """One sandbox's folder."""

    folder: Path

    @property
    def github(self) -> Path:
        """Return the folder of the organisation that the sandbox generates."""
        return self.folder / "github"

    @property
    def gcs(self) -> Path:
        """Return the folder of the buckets."""
        return self.folder / "gcs"

    @property
    def snowflake(self) -> Path:
        """Return the folder of the databases."""
        return self.folder / "snowflake"

    @property
    def clones(self) -> Path:
        """Return the folder of the tap's clones."""
        return self.folder / "clones"

    @property
    def meltano_state(self) -> Path:
        """Return the folder of Meltano's bookmarks."""
        return self.folder / "meltano-state"

    @property
    def meltano_database(self) -> Path:
        """Return Meltano's own database."""
        return self.folder / "meltano.db"

    @property
    def last_run(self) -> Path:
        """Return the report of the last run."""
        return self.folder / "last_run.json"

    def port(self, server: str) -> int:
        """Return the port of a server's last start, 0 before the first.

        GitHub's answers hold its own URLs, so that another port would change rows. Where Snowflake has
        another one, dbt reads all its models anew.
        """
        try:
            return int(self._port_file(server).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return 0

    def keep_port(self, server: str, port: int) -> None:
        """Remember where a server runs, for its next start."""
        self._port_file(server).write_text(str(port), encoding="utf-8")

    def _port_file(self, server: str) -> Path:
        return self.folder / f"{server}.port"

    @property
    def _holder_file(self) -> Path:
        return self.folder / "holder.json"

    @property
    def _lock_file(self) -> Path:
        return self.folder / "lock"

    @contextmanager
    def hold(self, what: str) -> Iterator[Holder]:
        """Keep every other process from running servers on this folder; the lock dies with this process."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._lock_file.open("w", encoding="utf-8") as lock:
            if not _locked(lock):
                raise StateError(self._busy())
            holder = Holder(os.getpid(), what, datetime.now(UTC).strftime("%H:%M:%S UTC"))
            self.announce(holder)
            try:
                yield holder
            finally:
                self._holder_file.unlink(missing_ok=True)

    def announce(self, holder: Holder) -> None:
        """Let other processes know who holds the folder, and the URLs of the servers."""
        temporary = self._holder_file.with_suffix(".part")
        temporary.write_text(json.dumps(asdict(holder)), encoding="utf-8")
        temporary.replace(self._holder_file)

    def holder(self) -> Holder | None:
        """Return who holds the folder now, if anybody does."""
        try:
            with self._lock_file.open("r", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            return self._announced()
        return None

    def _announced(self) -> Holder | None:
        try:
            known: dict[str, Any] = json.loads(self._holder_file.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return Holder(**known)

    def _busy(self) -> str:
        holder = self._announced()
        who = f"process {holder.pid} ({holder.what}), since {holder.since}" if holder else "another process"
        return f"The sandbox in {self.folder} is in use by {who}. Wait for it, or end it (sandbox down)."

    def fail_interrupted_jobs(self) -> int:
        """Mark the jobs that a killed Meltano left as running as failed; return how many there were.

        Meltano takes such a job for alive until five minutes after its last heartbeat, and refuses to
        run it again before. Nobody else runs jobs here: the caller holds the folder.
        """
        if not self.meltano_database.exists():
            return 0
        with closing(sqlite3.connect(self.meltano_database, timeout=10)) as database, database:
            if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone():
                return 0
            now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
            return database.execute(
                "UPDATE runs SET state = 'FAIL', ended_at = ? WHERE state = 'RUNNING'", (now,)
            ).rowcount
