"""What other people of the machine can list while the tap runs: no secret is in it."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.servers import Server

COMMAND = str(Path(sys.executable).with_name("tap-github-custom"))
SECRET = "ghp_ListedNowhere0123456789"  # noqa: S105 - of this server only
FORMS = [SECRET.encode(), base64.b64encode(f"x-access-token:{SECRET}".encode())]


def test_the_process_list_has_no_secret(github: Server, tmp_path: Path) -> None:
    """During a whole run with clones: not in the command lines, nor in what its children are started with."""
    github.add_token(SECRET)
    settings = {
        "api_url": github.url,
        "organizations": ["lantern-works"],
        "commit_source": "git",
        "cache_dir": str(tmp_path / "cache"),
    }
    (tmp_path / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    seen: set[bytes] = set()
    with subprocess.Popen(
        [COMMAND, "--config", str(tmp_path / "config.json"), "--config=ENV"],
        env={**os.environ, "TAP_GITHUB_CUSTOM_AUTH_TOKEN": SECRET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            seen.update(_listed(psutil.Process(process.pid)))
    assert process.returncode == 0
    assert any(b"remote-http" in each for each in seen), "no git was seen that talks to the server"
    assert any(b"GIT_CONFIG_COUNT=" in each for each in seen), "no environment was seen"
    assert not [each for each in seen for form in FORMS if form in each]


def _listed(process: psutil.Process) -> Iterator[bytes]:
    """Yield the command lines of a process and its descendants, and the environments of these."""
    own = Path("/proc", str(process.pid), "cmdline").read_bytes()
    yield own
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in process.children(recursive=True):
            with contextlib.suppress(OSError):
                folder = Path("/proc", str(child.pid))
                command_line = (folder / "cmdline").read_bytes()
                yield command_line
                if command_line != own:  # else it has not become git yet, and is as the user started the tap
                    yield (folder / "environ").read_bytes()
