"""History, as `git fast-import` reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.generator.records import By
from sandbox.github.git import Git

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sandbox.github.generator.records import Commit, Records, Release
    from sandbox.github.generator.trees import Tree

DEFAULT_BRANCH = "main"
TAG_MARKS = 1_000_000  # beyond those of commits
CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"


def initialised(folder: Path) -> Git:
    """Make a bare repository with nothing in it, as `git init` does: a process less for each of hundreds."""
    for name in ("objects", "refs"):
        (folder / name).mkdir(parents=True)
    (folder / "HEAD").write_text(f"ref: refs/heads/{DEFAULT_BRANCH}\n", encoding="ascii")
    (folder / "config").write_text(CONFIG, encoding="ascii")
    return Git(folder)


def build(folder: Path, records: Records) -> dict[int, str]:
    """Make a bare repository of what happened; return the SHA of each mark."""
    git = initialised(folder)
    marks = folder / "marks"
    git.run(
        # One pack, whatever its size: hundreds of loose objects are slow to write and to serve.
        *(
            "-c",
            "fastimport.unpackLimit=0",
            "fast-import",
            "--quiet",
            "--date-format=raw",
            f"--export-marks={marks}",
        ),
        stdin=b"".join(_stream(records)),
    )
    pairs = (line.split() for line in marks.read_text(encoding="ascii").splitlines())
    shas = {int(mark.removeprefix(":")): sha for mark, sha in pairs}
    marks.unlink()
    named = (f"{shas[mark]} {name}\n" for name, mark in sorted(references(records).items()))
    (folder / "packed-refs").write_text("".join(named), encoding="utf-8")
    return shas


def references(records: Records) -> dict[str, int]:
    """Return the mark of every reference that GitHub would serve."""
    found = {f"refs/heads/{DEFAULT_BRANCH}": records.default_branch[-1][1]}
    for pull in records.pulls.values():
        found[f"refs/pull/{pull.number}/head"] = pull.head
        if not pull.closed_at and not pull.plan.author.is_outside:
            found[f"refs/heads/{pull.plan.branch}"] = pull.head
    for place, release in enumerate(records.releases):
        if not release.is_draft:
            found[f"refs/tags/{release.tag}"] = tag_mark(place) if release.is_annotated else release.mark
    return found


def tag_mark(place: int) -> int:
    """Return the mark of the annotated tag of a release, by its place among the releases."""
    return TAG_MARKS + place


def _stream(records: Records) -> Iterator[bytes]:
    for commit in records.commits:
        yield _header(commit)
        parent = records.commits[commit.parents[0] - 1].tree if commit.parents else {}
        yield from _changes(parent, commit.tree)
        yield b"\n"
    for place, release in enumerate(records.releases):
        if release.is_annotated and not release.is_draft:
            yield _tag(release, tag_mark(place))
    newest = records.default_branch[-1][1]
    yield f"reset refs/heads/{DEFAULT_BRANCH}\nfrom :{newest}\n\n".encode()


def _header(commit: Commit) -> bytes:
    message = commit.message.encode()
    # Every commit is made on a branch that is reset afterwards, so that no other reference remains.
    lines = [
        f"commit refs/heads/{DEFAULT_BRANCH}",
        f"mark :{commit.mark}",
        f"author {_identity(commit.author)}",
        f"committer {_identity(commit.committer)}",
        f"data {len(message)}",
    ]
    head = "\n".join(lines).encode() + b"\n" + message + b"\n"
    if not commit.parents:
        return head
    first, *others = commit.parents
    return head + f"from :{first}\n".encode() + b"".join(f"merge :{other}\n".encode() for other in others)


def _tag(release: Release, mark: int) -> bytes:
    message = tag_message(release).encode()
    tagger = _identity(By(release.tagger, release.at))
    head = f"tag {release.tag}\nmark :{mark}\nfrom :{release.mark}\ntagger {tagger}\ndata {len(message)}\n"
    return head.encode() + message + b"\n"


def tag_message(release: Release) -> str:
    """Return what an annotated tag says."""
    return f"Release {release.tag}\n"


def _identity(by: By) -> str:
    return f"{by.person.name} <{by.person.email}> {by.at} +0000"


def _changes(before: Mapping[str, bytes], after: Tree) -> Iterator[bytes]:
    for path in sorted(before.keys() - after.keys()):
        yield f"D {path}\n".encode()
    for path, content in after.items():
        if before.get(path) != content:
            yield f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"
