"""Commits are listed, and told, as GitHub's API does."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tap_github_custom.git import GitCommit, Mirror, ObjectsMissingError, Signature

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Origin

ABSENT = "f" * 40


def newest(origin: Origin, mirror: Mirror) -> GitCommit:
    """Return the newest commit of the repository, by its mirror."""
    mirror.fetch()
    return next(mirror.commits(None, origin.git("rev-parse", "HEAD")))


def test_a_commit_tells_who_and_when(origin: Origin, mirror: Mirror) -> None:
    """Names, addresses, parents, and times in UTC whatever the zone they were written in."""
    root = origin.commit("root")
    zones = {"GIT_AUTHOR_DATE": "1769860800 +0530", "GIT_COMMITTER_DATE": "1769860801 -0800"}
    sha = origin.commit("Subject\n\nBody\n", **zones)
    commit = newest(origin, mirror)
    assert (commit.sha, commit.parents, commit.message) == (sha, (root,), "Subject\n\nBody")
    assert commit.author == Signature("Ada", "ada@example.com", "2026-01-31T12:00:00Z")
    assert commit.committer == Signature("Grace", "grace@example.com", "2026-01-31T12:00:01Z")


@pytest.mark.parametrize(
    "message", ["", "one", "a\n\n\nb", "  indented", "trailing  \n b\t", "emoji 🎉 ü", "a\r\nb"]
)
def test_messages_come_whole(origin: Origin, mirror: Mirror, message: str) -> None:
    """All of a message but the newlines at its end."""
    origin.commit(f"{message}\n\n" if message else "")
    assert newest(origin, mirror).message == message


def test_texts_in_other_encodings_are_turned_into_utf8(origin: Origin, mirror: Mirror) -> None:
    """A commit that names its encoding is read in it; one that does not, with replacement characters."""
    origin.commit("root")
    latin = "author José <j@example.com> 1767225600 +0000\ncommitter José <j@example.com> 1767225600 +0000\n"
    header = latin.encode("latin-1")
    origin.raw_commit(header + b"encoding ISO-8859-1\n", "Caf\xe9\n".encode("latin-1"))
    commit = newest(origin, mirror)
    assert (commit.author.name, commit.message) == ("José", "Café")
    origin.raw_commit(header, b"Caf\xe9\n")
    commit = newest(origin, mirror)
    assert (commit.author.name, commit.message) == ("Jos\ufffd", "Caf\ufffd")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"0 +0000", "1970-01-01T00:00:00Z"),
        (b"253402300799 +0000", "9999-12-31T23:59:59Z"),
        (b"253402300800 +0000", "1970-01-01T00:00:00Z"),
        (b"99999999999999999999999999 +0000", "1970-01-01T00:00:00Z"),
        (b"-86400 +0000", "1970-01-01T00:00:00Z"),
        (b"nonsense", "1970-01-01T00:00:00Z"),
        (b"1767225600 +9999", "2026-01-01T00:00:00Z"),
        (b"", "1970-01-01T00:00:00Z"),
    ],
)
def test_absurd_times_become_the_beginning_of_time(
    origin: Origin, mirror: Mirror, written: bytes, told: str
) -> None:
    """A time that does not fit is told as git prints it, and spoils nothing else of the commit."""
    origin.commit("root")
    who = b" <a@example.com> " + written + b"\n"
    origin.raw_commit(b"author A" + who + b"committer C" + who)
    commit = newest(origin, mirror)
    assert (commit.author, commit.committer.name) == (Signature("A", "a@example.com", told), "C")
    assert commit.committer.at == told


def test_names_may_be_empty(origin: Origin, mirror: Mirror) -> None:
    """Empty fields shift no other field."""
    origin.commit("root")
    origin.raw_commit(b"author  <> 1767225600 +0000\ncommitter  <> 1767225600 +0000\n", b"")
    commit = newest(origin, mirror)
    assert commit.author == Signature("", "", "2026-01-01T00:00:00Z")
    assert (commit.message, commit.files) == ("", ())


def test_a_range_leaves_out_what_the_old_commit_reaches(origin: Origin, mirror: Mirror) -> None:
    """A branch that was merged late is in the range, however old its commits are."""
    origin.change({"a": b"1\n"})
    origin.git("checkout", "--quiet", "-b", "late")
    late = origin.change({"b": b"1\n"})
    origin.git("checkout", "--quiet", "main")
    old = origin.change({"c": b"1\n"})
    origin.git("merge", "--quiet", "--no-ff", "-m", "Merge", "late")
    new = origin.git("rev-parse", "HEAD")
    mirror.fetch()
    assert [commit.sha for commit in mirror.commits(old, new)] == [new, late]
    assert list(mirror.commits(new, new)) == []


def test_since_looks_at_every_committer_date(origin: Origin, mirror: Mirror) -> None:
    """The bound is included; young commits behind old ones are found, where git's own option stops."""
    at = [1_770_000_000, 1_600_000_000, 1_500_000_000, 1_400_000_000, *range(1_300_000_000, 1_300_000_020)]
    shas = [origin.commit(str(each), GIT_COMMITTER_DATE=f"{each} +0000") for each in at]
    mirror.fetch()
    since = datetime.fromtimestamp(1_600_000_000, UTC)
    assert [commit.sha for commit in mirror.commits(None, shas[-1], since=since)] == shas[1::-1]


def test_many_commits_stay_in_order(origin: Origin, mirror: Mirror) -> None:
    """More commits than one command reads, read by several at once: git's order, every one once."""
    lines = ["commit refs/heads/main\ncommitter A <a@example.com> 1767225600 +0000\ndata 0\n"] * 1000
    stream = "".join(f"{line}M 100644 inline f\ndata 5\n{n:05}\n" for n, line in enumerate(lines))
    origin.git("fast-import", "--quiet", stdin=stream.encode())
    mirror.fetch()
    head = mirror.head("main")
    assert head
    commits = list(mirror.commits(None, head))
    assert [commit.sha for commit in commits] == origin.git("rev-list", "main").split()
    assert [commit.additions for commit in commits] == [1] * 1000
    assert [commit.deletions for commit in commits] == [*[1] * 999, 0]
    patched = list(mirror.commits(commits[50].sha, head, patch=True))
    assert [commit.sha for commit in patched] == [commit.sha for commit in commits[:50]]
    assert (
        patched[0].files[0].patch
        == "@@ -1 +1 @@\n-00998\n\\ No newline at end of file\n+00999\n\\ No newline at end of file"
    )


def test_the_user_s_own_git_settings_change_nothing(
    origin: Origin, mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Configuration, replaced objects, mailmaps and variables of the caller stay without effect."""
    first = origin.change({"a": b"1\n", ".mailmap": b"Someone Else <ada@example.com>\n"})
    old = origin.change({"a": b"2\n"})
    expected = newest(origin, mirror)
    config = tmp_path / "home" / ".gitconfig"
    config.parent.mkdir()
    config.write_text("[log]\nmailmap=true\nshowSignature=true\n[diff]\nnoprefix=true\n[color]\nui=always\n")
    monkeypatch.setenv("HOME", str(config.parent))
    for name, value in {
        "GIT_DIR": "/nowhere",
        "GIT_OBJECT_DIRECTORY": "/nowhere",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_TRACE": "1",
        "GIT_CONFIG_PARAMETERS": "'log.mailmap'='true'",
        "LC_ALL": "de_DE.UTF-8",
        "GIT_NAMESPACE": "other",
    }.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "cache" / "101"
    replace = ["git", f"--git-dir={folder}", "update-ref", f"refs/replace/{old}", first]
    plain = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(replace, check=True, env=plain)
    assert next(mirror.commits(None, old)) == expected


def test_missing_commits_have_an_error_of_their_own(origin: Origin, mirror: Mirror) -> None:
    """An old bookmark that is not in the clone is told apart from every other failure."""
    head = origin.commit("root")
    mirror.fetch()
    assert mirror.contains(head)
    assert not mirror.contains(ABSENT)
    with pytest.raises(ObjectsMissingError, match=ABSENT):
        list(mirror.commits(ABSENT, head))
    with pytest.raises(ObjectsMissingError, match=ABSENT):
        list(mirror.commits(None, ABSENT))


def test_an_empty_repository_has_no_head(origin: Origin, mirror: Mirror) -> None:
    """Nothing was ever pushed; that is no error."""
    mirror.fetch()
    assert mirror.head("main") is None
    head = origin.commit("root")
    mirror.fetch()
    assert mirror.head("main") == head
    assert mirror.head("no-such-branch") is None
