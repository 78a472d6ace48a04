"""The packages as they would be published, and the Pythons of this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UV = str(ROOT / ".tools" / "bin" / "uv")
PLUGINS = ("tap-github-custom", "target-gcs-snowflake-merge")
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
# What is installed for one test need not be compiled.
ENVIRONMENT = {**os.environ, "UV_COMPILE_BYTECODE": "0"}


@dataclass(frozen=True)
class Built:
    """The two files of a package."""

    wheel: Path
    sdist: Path


def uv(*arguments: str) -> str:
    """Run uv; it must succeed. Return what it printed."""
    result = subprocess.run([UV, *arguments], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-3000:]
    return result.stdout


def pythons() -> dict[str, str]:
    """Return the supported Pythons that this machine has, by minor version."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = {}
    for minor in SUPPORTED:
        inside = sorted(str(path) for path in versions.glob(f"{minor}.*/bin/python{minor}"))
        for candidate in filter(None, (*inside, shutil.which(f"python{minor}"))):
            told = subprocess.run(
                [candidate, "--version"], capture_output=True, text=True, check=False
            ).stdout
            if re.match(rf"Python {re.escape(minor)}\.", told):
                found[minor] = candidate
                break
    return found


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    """Return wheel and source archive of each plugin."""
    folder = tmp_path_factory.mktemp("dist")
    for plugin in PLUGINS:
        uv("build", "--quiet", "--package", plugin, "--directory", str(ROOT), "--out-dir", str(folder))
    return {
        plugin: Built(
            *(next(folder.glob(f"{plugin.replace('-', '_')}-*{end}")) for end in (".whl", ".tar.gz"))
        )
        for plugin in PLUGINS
    }
