"""A clone is made once, kept up to date and mended, and never stands in the way of the next run."""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from tap_github_custom.git import (
    CacheFolderError,
    GitError,
    GitUnavailableError,
    Mirror,
    ObjectsMissingError,
    RepositoryNotReadableError,
    RetryableGitError,
    check_git,
)

from tests.tap.answering import Told, answering
from tests.tap.certificate import self_signed

from .git_server import TOKEN, GitServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .conftest import Origin

    Damage = Callable[[Path], None]


OLD_CONTENT = b"".join(b"%d\n" % number for number in range(300))


@pytest.fixture
def server(origin: Origin) -> Iterator[GitServer]:
    """Return a server for the repository, which has one commit."""
    origin.change({"a": b"1\n"})
    with GitServer(origin.folder.parent) as server:
        yield server


@pytest.fixture
def served(server: GitServer, tmp_path: Path) -> Mirror:
    """Return a mirror that fetches from the server."""
    return Mirror(tmp_path / "cache" / "101", server.url("origin/.git"), lambda: TOKEN)


def packs(folder: Path) -> set[Path]:
    """Return the packs of a clone."""
    return set(folder.glob("objects/pack/*.pack"))


def test_a_private_repository_is_cloned_with_the_token(served: Mirror, origin: Origin) -> None:
    """The server refuses whoever does not show it."""
    served.fetch()
    assert served.head("main") == origin.git("rev-parse", "HEAD")


def test_only_what_is_new_is_fetched(mirror: Mirror, origin: Origin, tmp_path: Path) -> None:
    """The first pack stays, the second is small."""
    origin.change({"large": bytes(range(256)) * 1000})
    mirror.fetch()
    first = packs(tmp_path / "cache" / "101")
    new = origin.change({"b": b"1\n"})
    mirror.fetch()
    both = packs(tmp_path / "cache" / "101")
    assert first < both
    assert sum(pack.stat().st_size for pack in both - first) < 1000
    assert mirror.head("main") == new


def test_a_forced_push_keeps_the_old_commits(mirror: Mirror, origin: Origin) -> None:
    """An old bookmark stays comparable; branches that are gone are forgotten."""
    base = origin.commit("base")
    old = origin.change({"a": b"1\n"})
    origin.git("branch", "gone")
    mirror.fetch()
    origin.git("branch", "-D", "gone")
    origin.git("reset", "--quiet", "--hard", base)
    new = origin.change({"a": b"2\n"})
    mirror.fetch()
    assert (mirror.head("main"), mirror.head("gone")) == (new, None)
    assert mirror.contains(old)


def test_what_a_branch_lost_is_what_it_does_not_reach(mirror: Mirror, origin: Origin) -> None:
    """Newest first; other branches hold nothing, and an ancestor has lost nothing."""
    base = origin.commit("base")
    lost = [origin.change({"a": b"2\n"}), origin.change({"a": b"3\n"})]
    origin.git("branch", "holding")
    origin.git("reset", "--quiet", "--hard", base)
    new = origin.change({"a": b"4\n"})
    mirror.fetch()
    assert mirror.dropped(lost[1], new) == lost[::-1]
    assert mirror.dropped(base, new) == []
    with pytest.raises(ObjectsMissingError):
        mirror.dropped("0" * 40, new)


def test_a_lost_commit_is_got_from_the_server_as_long_as_it_is_there(
    served: Mirror, server: GitServer, origin: Origin
) -> None:
    """By its SHA, with its ancestors; branches stay as they are. That it is not there is no error."""
    base = origin.git("rev-parse", "HEAD")
    lost = [origin.change({"a": b"2\n"}), origin.change({"a": b"3\n"})]
    origin.git("reset", "--quiet", "--hard", base)
    served.fetch()
    assert not served.contains(lost[1])
    for sha in ("0" * 40, "--upload-pack=false"):
        served.obtain(sha)
        assert not served.contains(sha)
    served.obtain(lost[1])
    assert served.dropped(lost[1], base) == lost[::-1]
    assert served.head("main") == base
    server.shutdown()
    served.obtain(lost[0])


def test_a_renamed_repository_keeps_its_clone(mirror: Mirror, origin: Origin, tmp_path: Path) -> None:
    """The folder goes by the id; only the address is new."""
    origin.change({"a": b"1\n"})
    mirror.fetch()
    first = packs(tmp_path / "cache" / "101")
    origin.folder = origin.folder.rename(tmp_path / "renamed")
    new = origin.change({"a": b"2\n"})
    renamed = Mirror(tmp_path / "cache" / "101", origin.url, None)
    renamed.fetch()
    assert renamed.head("main") == new
    assert first < packs(tmp_path / "cache" / "101")


def test_what_a_killed_git_left_is_cleared_away(mirror: Mirror, origin: Origin, tmp_path: Path) -> None:
    """Lock files would stop every later fetch; half a pack would lie there for ever."""
    origin.change({"a": b"1\n"})
    mirror.fetch()
    folder = tmp_path / "cache" / "101"
    (folder / "refs" / "heads").mkdir(exist_ok=True)
    left = [
        "packed-refs.lock",
        "refs/heads/main.lock",
        "objects/pack/tmp_pack_x1",
        "objects/incoming-x1/pack",
    ]
    for name in left:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    new = origin.change({"a": b"2\n"})
    mirror.fetch()
    assert mirror.head("main") == new
    assert not [name for name in left if (folder / name).exists()]


def cut_pack(folder: Path) -> None:
    """Leave the first half of the pack."""
    (pack,) = packs(folder)
    content = pack.read_bytes()
    pack.unlink()
    pack.write_bytes(content[: len(content) // 2])


def lose_pack(folder: Path) -> None:
    """Remove the pack with its index."""
    for path in folder.glob("objects/pack/*"):
        path.unlink()


def lose_head(folder: Path) -> None:
    """Remove the file by which git knows a repository."""
    (folder / "HEAD").unlink()


def spoil_old_file(folder: Path) -> None:
    """Spoil a file of the first commit in the pack, which no fetch looks at."""
    (pack,) = packs(folder)
    content = bytearray(pack.read_bytes())
    start = content.index(zlib.compress(OLD_CONTENT)[2:40])
    content[start : start + 38] = bytes(38)
    pack.unlink()
    pack.write_bytes(content)


def stop_halfway(folder: Path) -> None:
    """Leave what was never fetched to the end."""
    spoil_old_file(folder)
    (folder / "fetched-whole").unlink()


def spoil_reference(folder: Path) -> None:
    """Leave an empty reference, as a power failure does."""
    (folder / "refs" / "heads").mkdir(exist_ok=True)
    (folder / "refs" / "heads" / "main").write_bytes(b"")


@pytest.mark.parametrize(
    "damage", [cut_pack, lose_pack, lose_head, spoil_old_file, stop_halfway, spoil_reference]
)
def test_a_damaged_clone_is_made_again(
    mirror: Mirror, origin: Origin, tmp_path: Path, damage: Damage
) -> None:
    """After one more fetch at the latest everything can be read, and nothing was read wrongly before."""
    origin.change({"a": OLD_CONTENT})
    new = origin.change({"a": b"new\n"})
    mirror.fetch()
    damage(tmp_path / "cache" / "101")
    mirror.fetch()
    try:
        commits = list(mirror.commits(None, new))
    except RetryableGitError:  # it may, but need not, show only now
        assert damage is spoil_old_file
        mirror.fetch()
        commits = list(mirror.commits(None, new))
    assert [commit.sha for commit in commits] == origin.git("rev-list", new).split()
    assert [commit.additions for commit in commits] == [1, 300]
    assert mirror.head("main") == new


def test_an_answer_is_not_believed_when_git_met_damage_on_the_way(
    mirror: Mirror, origin: Origin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newer ones end well all the same, and count no lines of a file that they could not read."""
    new = origin.change({"a": b"new\n"})
    mirror.fetch()
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    complaint = "error: inflate: data stream error (invalid stored block lengths)"
    git.write_text(
        f'#!/bin/sh\necho "{complaint}" >&2\nexec "{shutil.which("git")}" "$@"\n', encoding="utf-8"
    )
    git.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(git.parent), prepend=os.pathsep)
        with pytest.raises(RetryableGitError, match="damaged and will be made again: error: inflate"):
            list(mirror.commits(None, new))
    mirror.fetch()
    assert [commit.sha for commit in mirror.commits(None, new)] == [new]


def test_packs_do_not_pile_up(mirror: Mirror, origin: Origin, tmp_path: Path) -> None:
    """Many fetches leave many packs; they become few, and commits that no branch has any more stay."""
    origin.commit("root")
    mirror.fetch()
    folder = tmp_path / "cache" / "101"
    lost = [_pack_a_commit(folder, number) for number in range(51)]
    mirror.fetch()
    assert len(packs(folder)) < 10
    assert all(mirror.contains(sha) for sha in lost)


def _pack_a_commit(folder: Path, number: int) -> str:
    """Put a commit that nothing points to into a pack of its own."""
    command = ["git", f"--git-dir={folder}", "-c", "user.name=A", "-c", "user.email=a@example.com"]
    tree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    commit = [*command, "commit-tree", tree, "-m", str(number)]
    sha = subprocess.run(commit, check=True, capture_output=True).stdout
    pack = [*command, "pack-objects", "-q", str(folder / "objects" / "pack" / "pack")]
    subprocess.run(pack, check=True, capture_output=True, input=sha)
    subprocess.run([*command, "prune-packed", "-q"], check=True)
    return sha.decode().strip()


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
def test_a_repository_that_may_not_be_read_says_so(
    served: Mirror, server: GitServer, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Such a repository is to be skipped; one sentence names it, and no secret."""
    server.status = HTTPStatus(status)
    with pytest.raises(RepositoryNotReadableError) as caught:
        served.fetch()
    said = f"{caught.value}{caplog.text}"
    assert server.url("origin/.git") in said
    assert "\n" not in str(caught.value)
    assert TOKEN not in said


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_server_in_trouble_may_be_asked_again(served: Mirror, server: GitServer, status: int) -> None:
    """The failure may have passed by the next attempt, which works."""
    server.status = HTTPStatus(status)
    with pytest.raises(RetryableGitError, match=str(status)):
        served.fetch()
    server.status = None
    served.fetch()
    assert served.head("main")


def test_a_connection_that_breaks_off_is_made_good(served: Mirror, server: GitServer) -> None:
    """Half a pack is an error, and no hindrance to the next attempt."""
    server.cut_packs = True
    with pytest.raises(RetryableGitError):
        served.fetch()
    server.cut_packs = False
    served.fetch()
    assert served.head("main")


def test_nobody_listening_may_be_tried_again(tmp_path: Path) -> None:
    """A refused connection is no reason to forget a repository."""
    with GitServer(tmp_path) as server:
        url = server.url("closed.git")
    with pytest.raises(RetryableGitError, match=r"closed\.git could not be fetched"):
        Mirror(tmp_path / "cache" / "1", url, None).fetch()


def test_a_cache_folder_that_cannot_be_written_is_named(origin: Origin, tmp_path: Path) -> None:
    """The message tells the folder, which is in the user's hands."""
    (tmp_path / "file").touch()
    with pytest.raises(CacheFolderError, match=str(tmp_path / "file")):
        Mirror(tmp_path / "file" / "101", origin.url, None).fetch()


@pytest.mark.parametrize(
    "url",
    ["https://user:secret@github.com/o/r.git", "ssh://git@github.com/o/r", "ext::sh -c touch%20x", "-x"],
)
def test_addresses_that_git_should_not_be_given_are_refused(tmp_path: Path, url: str) -> None:
    """Only the protocols that are needed, and no credentials in an address, which git would print."""
    with pytest.raises(GitError, match="must begin with https://") as caught:
        Mirror(tmp_path, url, None)
    assert "secret" not in str(caught.value)


def test_a_custom_authority_comes_from_the_environment(
    server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the variable that the rest of the tap listens to; without it the certificate is not trusted."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("GIT_SSL_CAINFO", raising=False)  # it would come first
    certificate, key = self_signed(tmp_path)
    server.use_tls(certificate, key)
    mirror = Mirror(tmp_path / "cache" / "101", server.url("origin/.git"), lambda: TOKEN)
    with pytest.raises(RetryableGitError, match=r"certificate.*REQUESTS_CA_BUNDLE"):
        mirror.fetch()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    mirror.fetch()
    assert mirror.head("main")


def test_a_login_in_netrc_is_not_taken(
    server: GitServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads without a token reads as nobody, whatever lies in ~/.netrc for the host."""
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login x-access-token password {TOKEN}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(RepositoryNotReadableError):
        Mirror(tmp_path / "cache" / "101", server.url("origin/.git"), None).fetch()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy"])
def test_a_proxy_of_the_environment_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Git itself listens to the lower case only; requests, and so the tap, to both."""
    with answering(lambda _: Told(404)) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        with pytest.raises(RepositoryNotReadableError):
            Mirror(tmp_path / "1", "http://github.example/o/r.git", None).fetch()
    assert {asked.path.partition("?")[0] for asked in proxy.asked} == {
        "http://github.example/o/r.git/info/refs"
    }


@pytest.mark.parametrize("version", ["2.31.9", "1.8.3.1"])
def test_an_old_git_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    """The sentence says which version is there, which is needed, and the way around."""
    git = tmp_path / "git"
    git.write_text(f"#!/bin/sh\necho git version {version}\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    check_git.cache_clear()
    with pytest.raises(GitUnavailableError, match=rf"2\.32 or newer.*{version}.*commit_source"):
        check_git()


def test_a_missing_git_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git the API remains."""
    monkeypatch.setenv("PATH", str(tmp_path))
    check_git.cache_clear()
    with pytest.raises(GitUnavailableError, match="not installed"):
        Mirror(tmp_path / "1", "https://github.com/o/r.git", None).fetch()


def test_a_git_that_may_not_be_started_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a folder of PATH that may not be searched: the API remains, too."""
    (tmp_path / "git").touch(mode=0o644)
    monkeypatch.setenv("PATH", str(tmp_path))
    check_git.cache_clear()
    with pytest.raises(GitUnavailableError, match="cannot be started: Permission denied"):
        Mirror(tmp_path / "1", "https://github.com/o/r.git", None).fetch()
