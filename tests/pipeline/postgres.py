"""A real PostgreSQL, from the packages of the system, with a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 60
DATABASE = USER = "postgres"


def binaries() -> Path | None:
    """Return the folder of the newest server's commands, if there is one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("postgres")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@dataclass(frozen=True)
class Postgres:
    """A server that lets everybody in."""

    port: int

    @property
    def settings(self) -> dict[str, Any]:
        """Return how a plugin logs in."""
        return {"host": "127.0.0.1", "port": self.port, "user": USER, "password": "any", "database": DATABASE}

    def run(self, statements: str) -> str:
        """Run statements; return what the last one printed."""
        result = subprocess.run(
            ["psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, "-qAtX", "-v", "ON_ERROR_STOP=1"],
            input=statements,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        return result.stdout

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table, as PostgreSQL itself writes them as JSON."""
        return [
            json.loads(line, parse_float=Decimal)
            for line in self.run(f"select row_to_json(t) from {table} t").splitlines()
        ]


@contextmanager
def served(folder: Path) -> Iterator[Postgres]:
    """Serve an empty database on a free port; it refuses to be run by root, so that another user does."""
    home = Path(tempfile.mkdtemp(prefix="postgres-"))
    is_root = os.geteuid() == 0
    if is_root:
        shutil.chown(home, USER)
    other = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] if is_root else []
    commands = binaries()
    assert commands is not None
    data = str(home / "data")
    create = [str(commands / "initdb"), "-D", data, "-U", USER, "--auth=trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([*other, *create], check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    serve = [str(commands / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"]
    log = folder / "postgres.log"
    with log.open("w") as output, subprocess.Popen([*other, *serve], stderr=output) as server:
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            ready = [str(commands / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
            while subprocess.run(ready, check=False, capture_output=True).returncode:
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
            yield Postgres(port)
        finally:
            server.terminate()
            server.wait()
            shutil.rmtree(home)
