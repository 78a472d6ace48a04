"""GitHub's published GraphQL schema, fetched once with npm: what every query of ours is judged by."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema

PACKAGE = "@octokit/graphql-schema"
VERSION = "15.26.1"
CACHE = Path(__file__).resolve().parents[1] / ".tools" / "graphql-schema" / VERSION
FETCH_SECONDS = 120


@cache
def published_schema() -> GraphQLSchema:
    """Return the schema; where npm is missing the test that asks is skipped, but never in CI."""
    file = CACHE / "schema.graphql"
    if not file.exists():
        _fetch(file)
    return build_schema(file.read_text(encoding="utf-8"), assume_valid=True)


def _fetch(file: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        _give_up("npm is missing: install Node.js")
    else:
        try:
            _fetch_with(npm, file)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            _give_up(f"npm could not fetch it: let it reach a registry or put the file there ({error})")


def _give_up(reason: str) -> None:
    message = f"{PACKAGE} {VERSION} is not in {CACHE}, and {reason}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def _fetch_with(npm: str, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        subprocess.run(
            [npm, "pack", "--silent", "--pack-destination", folder, f"{PACKAGE}@{VERSION}"],
            check=True,
            timeout=FETCH_SECONDS,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extract("package/schema.graphql", folder, filter="data")
        (Path(folder) / "package" / "schema.graphql").replace(file)
