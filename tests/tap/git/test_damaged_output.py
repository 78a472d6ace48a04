"""What git prints in a form that nobody foresaw is an error of that repository, not of the run."""

from __future__ import annotations

import os
import shutil
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.generate import generate
from sandbox.github.generator.settings import Size
from sandbox.servers import serve_github
from tap_github_custom.git.commit import GitCommit, GitFile, Signature
from tap_github_custom.git.commit_output import parse_commits
from tap_github_custom.git.patch_output import add_patches

from tests.tap.running import run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = b"1\0" * 9
ENTRY = b"\n:100644 100644 1 2 M\0"

# A git that leaves out the name of a file, for the clone of one repository.
WRAPPER = """#!/bin/sh
case "$*" in
*/{number}" "*diff-tree*) printf '{output}' ;;
*) exec {git} "$@" ;;
esac
"""


@pytest.mark.parametrize(
    "output",
    [
        b"1\0" * 5,
        FIELDS + ENTRY,
        FIELDS + b"\n:100644 100644 1 2 R100\0old\0",
        FIELDS + ENTRY + b"a\0" + b"0\t0\t\0old\0",
        FIELDS + ENTRY + b"a\0",
        FIELDS + ENTRY + b"a\0" + b"1\t0\0",
    ],
    ids=["no field", "no name", "no new name", "no new name of a sum", "no sum", "no name of a sum"],
)
def test_output_that_is_cut_off_is_an_error(output: bytes) -> None:
    """And none that a generator takes for its own end."""
    with pytest.raises(ValueError, match=r"."):
        list(parse_commits(output + b"\0"))


def test_a_patch_that_is_missing_is_an_error() -> None:
    """A patch too few would give files those of others."""
    nobody = Signature("", "", "1970-01-01T00:00:00Z")
    file = GitFile("a", None, "modified", 1, 0, "2")
    with pytest.raises(ValueError, match="ends too early"):
        list(add_patches([GitCommit("1", (), nobody, nobody, "", (file,))], b"commit 1\n"))


def test_one_repository_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are read."""
    generate(tmp_path / "data", seed=3, size=Size(date(2026, 6, 20), 1.0, 10))
    with serve_github(tmp_path / "data", points_per_hour=1_000_000) as server:
        names = ["lantern-works/platform", "lantern-works/cli"]
        settings: dict[str, Any] = {
            "repositories": names,
            "commit_source": "git",
            "catalog": selecting("commit"),
        }
        expected = run_tap(server, tmp_path, **settings)
        numbers = {row["repository_full_name"]: row["repository_id"] for row in expected.of("commit")}
        shutil.rmtree(tmp_path / "cache")
        wrapper = tmp_path / "bin" / "git"
        wrapper.parent.mkdir()
        output = (FIELDS + ENTRY + b"\0").replace(b"\0", b"\\000").replace(b"\n", b"\\n").decode()
        number = numbers[names[0]]
        wrapper.write_text(WRAPPER.format(number=number, output=output, git=shutil.which("git")))
        wrapper.chmod(0o755)
        monkeypatch.setenv("PATH", f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}")
        found = run_tap(server, tmp_path, **settings)
    assert found.error is None
    assert list(found.skipped) == names[:1]
    assert {row["repository_full_name"] for row in found.of("commit")} == {names[1]}
