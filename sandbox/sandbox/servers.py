"""Start the stand-ins, a process each, and talk to their control plane."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from requests import Response, request

from sandbox.github.settings import LIMITS_URL, SECONDARY_LIMIT, TOKEN, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BUCKET = "github-pipelines"
CONTROL_SECONDS = 10


__all__ = [
    "BUCKET",
    "TOKEN",
    "Server",
    "ServerError",
    "serve_gcs",
    "serve_github",
    "serve_secrets",
    "serve_snowflake",
]


class ServerError(RuntimeError):
    """A stand-in that did not start."""


@dataclass(frozen=True)
class Server:
    """A stand-in that runs, at `http://127.0.0.1:<port>`."""

    name: str
    port: int
    pid: int

    @property
    def url(self) -> str:
        """Return the base URL, without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    def add_fault(self, **rule: Any) -> None:  # noqa: ANN401 - the fields of sandbox.faults.Fault
        """Spoil requests by a rule; its fields are those of `sandbox.faults.Fault`."""
        self._control("POST", "faults", json=[rule])

    def clear_faults(self) -> None:
        """Spoil nothing any more."""
        self._control("DELETE", "faults")

    def requests(self) -> list[dict[str, Any]]:
        """Return the log of requests: at, method, path, query, client, statement, status, points."""
        entries: list[dict[str, Any]] = self._control("GET", "requests").json()
        return entries

    def clear_requests(self) -> None:
        """Empty the log of requests."""
        self._control("DELETE", "requests")

    def expire_sessions(self, *, renewable: bool = True) -> None:
        """Let Snowflake's sessions expire: 390112, or for good, 390114."""
        self._control("POST", f"sessions/expire?renewable={str(renewable).lower()}")

    def add_token(self, token: str, **grant: Any) -> None:  # noqa: ANN401 - the fields of Grant
        """Let a further token open GitHub; what it opens are the fields of `sandbox.github.tokens.Grant`."""
        self._control("POST", "tokens", json={"token": token, **grant})

    def revoke_token(self, token: str) -> None:
        """Let a token be a bad credential from now on."""
        self._control("DELETE", f"tokens/{token}")

    def change(self, change: str, *, after_path: str = "", nth: int = 1, **arguments: Any) -> None:  # noqa: ANN401
        """Let something of `sandbox.github.changes` happen to the data folder that GitHub is served from.

        It happens at once or, where AFTER_PATH is given (a regular expression), right after the answer to
        the nth request for a matching path has been made up: what follows that answer sees the change.
        """
        plan = {"change": change, "arguments": arguments, "after_path": after_path, "nth": nth}
        self._control("POST", "changes", json=plan)

    def add_secondary_limit(
        self, path: str = "", *, status: int = 403, retry_after_seconds: int | None = None, times: int = 1
    ) -> None:
        """Answer as GitHub does to who asks too fast; PATH is a regular expression."""
        headers = {} if retry_after_seconds is None else {"Retry-After": str(retry_after_seconds)}
        body = json.dumps({"message": SECONDARY_LIMIT, "documentation_url": LIMITS_URL})
        self.add_fault(
            path=path,
            status=status,
            headers={"Content-Type": "application/json; charset=utf-8", **headers},
            body=body,
            times=times,
        )

    def register_app(self, app_id: int, public_key: str, **description: Any) -> None:  # noqa: ANN401
        """Let a GitHub App exist; further fields are those of `sandbox.github.apps.App`."""
        self._control("POST", "app", json={"id": app_id, "public_key": public_key, **description})

    def revoke_app_tokens(self) -> None:
        """End every token that GitHub Apps have got."""
        self._control("POST", "app/revoke")

    def _control(self, method: str, name: str, **options: Any) -> Response:  # noqa: ANN401
        response = request(method, f"{self.url}/_sandbox/{name}", timeout=CONTROL_SECONDS, **options)
        response.raise_for_status()
        return response


@contextmanager
def serve_github(data: Path, **settings: Any) -> Iterator[Server]:  # noqa: ANN401 - the fields of Settings
    """Serve a data folder as GitHub does; SETTINGS are the fields of `sandbox.github.settings.Settings`."""
    chosen = json.dumps(asdict(Settings(**settings)))
    with _serve("github", {"data": str(data), "settings": chosen}) as server:
        yield server


@contextmanager
def serve_gcs(folder: Path, *, bucket: str = BUCKET) -> Iterator[Server]:
    """Serve objects that lie in a folder, as Google Cloud Storage does; BUCKET exists from the start."""
    with _serve("gcs", {"folder": str(folder), "bucket": bucket}) as server:
        yield server


@contextmanager
def serve_snowflake(
    folder: Path, *, gcs_url: str, part_rows: int | None = None, port: int = 0
) -> Iterator[Server]:
    """Serve databases that lie in a folder, as Snowflake does; stages read through the storage server.

    PORT is only tried: where it is taken, it is another one.
    """
    options = {"folder": str(folder), "gcs-url": gcs_url, "port": str(port)}
    if part_rows:
        options["part-rows"] = str(part_rows)
    with _serve("snowflake", options) as server:
        yield server


@contextmanager
def serve_secrets(file: Path) -> Iterator[Server]:
    """Serve the secrets of a JSON file (`projects/P/secrets/S` -> versions), as Secret Manager does."""
    with _serve("secrets", {"file": str(file)}) as server:
        yield server


@contextmanager
def _serve(name: str, options: Mapping[str, str]) -> Iterator[Server]:
    """Run one server until the block ends.

    The child says its port on its first line, and ends itself when its standard input closes: so it
    never outlives this process, however this process dies. Until then a command may need it for its ending:
    a signal to all processes of the group, such as Ctrl-C, is none to the server.
    """
    arguments = [part for option, value in options.items() for part in (f"--{option}", value)]
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", "sandbox.serve", name, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        yield Server(name, _port(process, name), process.pid)
    finally:
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()
        try:
            process.wait(timeout=CONTROL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(process: subprocess.Popen[str], name: str) -> int:
    line = process.stdout.readline() if process.stdout else ""
    if not line.strip().isdigit():
        process.wait(timeout=CONTROL_SECONDS)
        message = f"the {name} server did not start; it said why above"
        raise ServerError(message)
    return int(line)
