"""What git tells of a repository equals what the REST API tells of it, commit by commit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from sandbox.github.git import MAX_PATCH_BYTES
from sandbox.servers import TOKEN
from tap_github_custom.git import GitCommit, GitFile, Mirror, PullRange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sandbox.servers import Server

REPOSITORIES = ["lantern-works/platform", "lantern-works/cli", "lantern-labs/experiments"]


class Api:
    """The REST API of the sandbox."""

    def __init__(self, url: str) -> None:
        """Take the address of the server."""
        self._url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {TOKEN}"

    def pages(self, path: str) -> Iterator[Any]:
        """Yield every page of an answer."""
        url: str | None = f"{self._url}/repos/{path}"
        while url:
            response = self._session.get(url, timeout=30)
            response.raise_for_status()
            yield response.json()
            url = response.links.get("next", {}).get("url")

    def items(self, path: str) -> list[Any]:
        """Return the items of every page of a list."""
        return [item for page in self.pages(path) for item in page]


@pytest.fixture
def api(github: Server) -> Api:
    """Return a client of the server."""
    return Api(github.url)


@pytest.fixture(params=REPOSITORIES)
def name(request: pytest.FixtureRequest) -> str:
    """Return the full name of a repository."""
    full_name: str = request.param
    return full_name


@pytest.fixture
def mirror(github: Server, name: str, tmp_path: Path) -> Mirror:
    """Return a mirror of the repository that was fetched from the server."""
    mirror = Mirror(tmp_path / "cache" / "1", f"{github.url}/{name}.git", lambda: TOKEN)
    mirror.fetch()
    return mirror


def of_api(pages: list[Any]) -> Any:
    """Return what both sides know, of the pages of `GET .../commits/{sha}`, which are pages of its files."""
    commit = pages[0]
    inner = commit["commit"]
    kept = ("filename", "previous_filename", "status", "additions", "deletions", "changes", "sha", "patch")
    return {
        "sha": commit["sha"],
        "parents": [parent["sha"] for parent in commit["parents"]],
        "message": inner["message"],
        "author": [inner["author"][key] for key in ("name", "email", "date")],
        "committer": [inner["committer"][key] for key in ("name", "email", "date")],
        "stats": [commit["stats"][key] for key in ("additions", "deletions")],
        "files": [[file.get(key) for key in kept] for page in pages for file in page["files"]],
    }


def of_git(commit: GitCommit) -> Any:
    """Return the same of a commit read by git."""
    return {
        "sha": commit.sha,
        "parents": list(commit.parents),
        "message": commit.message,
        "author": [commit.author.name, commit.author.email, commit.author.at],
        "committer": [commit.committer.name, commit.committer.email, commit.committer.at],
        "stats": [commit.additions, commit.deletions],
        "files": [_file(file) for file in commit.files],
    }


def _file(file: GitFile) -> list[Any]:
    names = [file.filename, file.previous_filename, file.status]
    patch = file.patch if len(file.patch or "") < MAX_PATCH_BYTES else None  # the sandbox's limit is lower
    return [*names, file.additions, file.deletions, file.changes, file.blob_sha, patch]


def test_commits_and_their_files_are_equal(api: Api, name: str, mirror: Mirror) -> None:
    """The same commits in the same order, with the same values, patches included."""
    listed = [commit["sha"] for commit in api.items(f"{name}/commits?per_page=100")]
    by_git = list(mirror.commits(None, mirror.head("main") or "", patch=True))
    assert [commit.sha for commit in by_git] == listed
    assert len(listed) > 10
    for commit in by_git:
        expected = of_api(list(api.pages(f"{name}/commits/{commit.sha}")))
        told = of_git(commit)
        for by_api, by_git_file in zip(expected["files"], told["files"], strict=True):
            if by_api[2] == "renamed" and by_api[1] is None:  # the API leaves it out at times
                by_api[1] = by_git_file[1]
        assert told == expected


def test_the_commits_of_pull_requests_are_equal(api: Api, name: str, mirror: Mirror) -> None:
    """The same commits in the same order, with the same times, open and closed ones alike."""
    pulls = api.items(f"{name}/pulls?state=all&per_page=100")
    assert pulls
    told = mirror.commits_of_pulls(
        PullRange(pull["number"], pull["base"]["sha"], pull["head"]["sha"]) for pull in pulls
    )
    for pull in told:
        assert pull.reason is None
        assert [(commit.sha, commit.authored_at, commit.committed_at) for commit in pull.commits] == [
            (row["sha"], row["commit"]["author"]["date"], row["commit"]["committer"]["date"])
            for row in api.items(f"{name}/pulls/{pull.number}/commits?per_page=100")
        ]
