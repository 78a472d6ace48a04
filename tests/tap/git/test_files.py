"""The files of a commit are told as GitHub's API tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tap_github_custom.git import GitFile, Mirror

    from .conftest import Origin

LINES = b"".join(b"line %d\n" % number for number in range(40))


@pytest.fixture
def files_of(origin: Origin, mirror: Mirror) -> FilesOf:
    """Return what tells the files of a commit."""
    return FilesOf(origin, mirror)


class FilesOf:
    """The files of commits, by SHA or of the newest one."""

    def __init__(self, origin: Origin, mirror: Mirror) -> None:
        """Take a repository and its mirror."""
        self._origin = origin
        self._mirror = mirror

    def newest(self, *, patch: bool = False) -> list[GitFile]:
        """Return the files of the newest commit."""
        self._mirror.fetch()
        head = self._origin.git("rev-parse", "HEAD")
        return list(next(self._mirror.commits(None, head, patch=patch)).files)


def brief(files: list[GitFile]) -> list[tuple[str, str, int, int]]:
    """Return (name, status, additions, deletions) of each file."""
    return [(file.filename, file.status, file.additions, file.deletions) for file in files]


def test_a_root_commit_adds_its_files(origin: Origin, files_of: FilesOf) -> None:
    """A root commit is compared with nothing."""
    origin.change({"a": b"1\n2\n", "b/c": b"no newline at the end"})
    assert brief(files_of.newest()) == [("a", "added", 2, 0), ("b/c", "added", 1, 0)]


def test_an_empty_commit_has_no_files(origin: Origin, mirror: Mirror) -> None:
    """Commits without changes, even without a message, are commits all the same."""
    shas = [origin.commit("root"), origin.commit(""), origin.change({"a": b"1\n"}), origin.commit("")]
    mirror.fetch()
    commits = list(mirror.commits(None, shas[-1]))
    assert [commit.sha for commit in commits] == shas[::-1]
    assert [len(commit.files) for commit in commits] == [0, 1, 0, 0]
    assert [commit.message for commit in commits] == ["", "A change", "", "root"]


def test_a_removed_file_shows_its_old_blob(origin: Origin, files_of: FilesOf) -> None:
    """`sha` of a removed file is what it was; of every other, what it is."""
    origin.change({"a": b"1\n", "b": b"2\n"})
    old = origin.git("rev-parse", "HEAD:a")
    (origin.folder / "a").unlink()
    origin.change({"b": b"3\n"})
    removed, modified = files_of.newest()
    assert (removed.status, removed.blob_sha, removed.changes) == ("removed", old, 1)
    assert (modified.status, modified.blob_sha) == ("modified", origin.git("rev-parse", "HEAD:b"))
    assert modified.changes == 2


@pytest.mark.parametrize(
    "name",
    [
        'quo"te',
        "tab\there",
        "new\nline",
        "back\\slash",
        " blanks ",
        "grüße",
        "🚀.md",
        ":colon",
        "-dash",
        "a => b",
        "ends in a tab\t",
        "\t",
        "\nbegins with a new line",
        "\n",
        "1\t0\t",
    ],
)
def test_odd_names_come_whole(origin: Origin, files_of: FilesOf, name: str) -> None:
    """Names are never quoted nor cut, whatever is in them, renamed ones included."""
    origin.change({f"old/{name}": LINES})
    assert brief(files_of.newest()) == [(f"old/{name}", "added", 40, 0)]
    (origin.folder / "old" / name).rename(origin.folder / name)
    origin.change({name: LINES + b"one more\n"})
    (file,) = files_of.newest()
    assert (file.filename, file.previous_filename, file.status) == (name, f"old/{name}", "renamed")
    assert (file.additions, file.deletions) == (1, 0)


def test_names_that_are_no_utf8_are_made_readable(origin: Origin, files_of: FilesOf) -> None:
    """JSON can carry no other text; the replacement character stands where bytes make no sense."""
    origin.write(b"caf\xe9", b"1\n")
    origin.commit()
    assert brief(files_of.newest()) == [("caf\ufffd", "added", 1, 0)]


def test_binary_files_have_no_lines(origin: Origin, files_of: FilesOf) -> None:
    """GitHub counts 0 lines for them, and shows no patch."""
    origin.change({"a.png": b"\0\1\2" * 100})
    (file,) = files_of.newest(patch=True)
    assert (file.status, file.additions, file.deletions, file.patch) == ("added", 0, 0, None)


def test_a_change_of_the_mode_alone_is_a_modification(origin: Origin, files_of: FilesOf) -> None:
    """Nothing changes but the permissions: 0 lines, the same blob, no patch."""
    origin.change({"run": b"#!\n"})
    (origin.folder / "run").chmod(0o755)
    origin.commit()
    (file,) = files_of.newest(patch=True)
    assert (file.status, file.changes, file.patch) == ("modified", 0, None)
    assert file.blob_sha == origin.git("rev-parse", "HEAD:run")


def test_a_link_that_becomes_a_file_is_changed(origin: Origin, files_of: FilesOf) -> None:
    """GitHub calls a change of the type `changed`; it is one file, though git prints two patches."""
    (origin.folder / "link").symlink_to("target")
    origin.change({"z": b"1\n"})
    assert brief(files_of.newest()) == [("link", "added", 1, 0), ("z", "added", 1, 0)]
    (origin.folder / "link").unlink()
    origin.change({"link": b"1\n2\n", "z": b"2\n"})
    link, other = files_of.newest(patch=True)
    assert (link.status, link.additions, link.deletions) == ("changed", 2, 1)
    assert other.patch == "@@ -1 +1 @@\n-1\n+2"


def test_a_submodule_is_a_line(origin: Origin, files_of: FilesOf) -> None:
    """A submodule is one line, and its commit stands for the blob; it is not fetched."""
    origin.change({"a": b"1\n"})
    for commit in ("1" * 40, "2" * 40):
        origin.git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
        origin.git("commit", "--quiet", "-m", "Move the submodule")
    (file,) = files_of.newest(patch=True)
    assert (file.filename, file.status, file.additions, file.deletions) == ("sub", "modified", 1, 1)
    assert file.blob_sha == "2" * 40
    assert file.patch == f"@@ -1 +1 @@\n-Subproject commit {'1' * 40}\n+Subproject commit {'2' * 40}"


def test_renames_are_found_by_likeness(origin: Origin, files_of: FilesOf) -> None:
    """At least half of a file must be the same; a copy is an addition, as at GitHub."""
    origin.change({"like": LINES, "unlike": b"one\ntwo\nthree\n"})
    (origin.folder / "like").rename(origin.folder / "moved")
    (origin.folder / "unlike").unlink()
    origin.change({"copy": LINES, "other": b"four\nfive\nsix\n"})
    found = {file.filename: (file.status, file.previous_filename, file.changes) for file in files_of.newest()}
    renamed = {name: what for name, what in found.items() if what[0] == "renamed"}
    assert list(renamed.values()) == [("renamed", "like", 0)]
    assert found["unlike"] == ("removed", None, 3)
    assert found["other"] == ("added", None, 3)


def test_a_merge_is_compared_with_its_first_parent(origin: Origin, files_of: FilesOf) -> None:
    """What a merge brings in is its change, however many parents it has."""
    base = origin.change({"a": b"1\n"})
    heads = []
    for branch in ("b", "c"):
        origin.git("checkout", "--quiet", base)
        heads.append(origin.change({branch: b"1\n2\n"}))
    origin.git("checkout", "--quiet", "main")
    first = origin.change({"d": LINES})
    tree = origin.git("merge-tree", "--write-tree", heads[0], heads[1])
    merge = origin.git("commit-tree", tree, "-p", first, "-p", heads[0], "-p", heads[1], stdin=b"octopus")
    origin.git("reset", "--quiet", "--hard", merge)
    assert brief(files_of.newest()) == [("b", "added", 2, 0), ("c", "added", 2, 0), ("d", "removed", 0, 40)]


def test_attributes_in_the_repository_change_nothing(origin: Origin, files_of: FilesOf) -> None:
    """What a repository says of its own diffs is for people's eyes; lines are counted all the same."""
    origin.change({".gitattributes": b"*.lock -diff\n*.txt binary\n"})
    origin.change({"a.lock": b"1\n", "b.txt": b"1\n2\n"})
    assert brief(files_of.newest()) == [("a.lock", "added", 1, 0), ("b.txt", "added", 2, 0)]


def test_a_patch_is_the_hunks_alone(origin: Origin, files_of: FilesOf) -> None:
    """No headers, no newline at the end; content that looks like a header, NUL and no newline at the end."""
    origin.change({"a": b"1\n2\n", "b": b"x", "m": LINES})
    (origin.folder / "m").rename(origin.folder / "n")
    origin.change({"a": b"1\ncommit 1\ndiff --git a/a b/a\n@@ -1 +1 @@\n", "b": b"y", "c @@ d": b""})
    files = {file.filename: file.patch for file in files_of.newest(patch=True)}
    assert files == {
        "a": "@@ -1,2 +1,4 @@\n 1\n-2\n+commit 1\n+diff --git a/a b/a\n+@@ -1 +1 @@",
        "b": "@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file",
        "c @@ d": None,
        "n": None,
    }


def test_huge_patches_are_left_out(origin: Origin, files_of: FilesOf) -> None:
    """Beyond GitHub's limits for the diff of a file there are sums, but no patch."""
    origin.change({"long": b"1\n" * 20_001, "short": b"1\n", "wide": b"x" * 500_001})
    long, short, wide = files_of.newest(patch=True)
    assert (long.additions, long.patch) == (20_001, None)
    assert short.patch == "@@ -0,0 +1 @@\n+1"
    assert (wide.additions, wide.patch) == (1, None)


def test_without_being_asked_for_there_are_no_patches(origin: Origin, files_of: FilesOf) -> None:
    """Patches cost a second diff."""
    origin.change({"a": b"1\n"})
    assert [file.patch for file in files_of.newest()] == [None]
