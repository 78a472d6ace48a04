"""One repository of a data folder, read when it is first asked for."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.github.history import History
from sandbox.github.lines import Json, read_lines

if TYPE_CHECKING:
    from pathlib import Path

EMPTY = 409  # the status of a repository without commits
MIN_ABBREVIATION = 7


class Repository:
    """What GitHub knows of one repository."""

    def __init__(self, folder: Path) -> None:
        """Read the repository's own object; everything else waits."""
        self.folder = folder
        self.recorded: Json = json.loads((folder / "repository.json").read_text(encoding="utf-8"))
        sandbox: Json = self.recorded.pop("_sandbox", {})
        self.status: int | None = sandbox.get("status")
        self.previous_full_names: list[str] = sandbox.get("previous_full_names", [])
        self._other_branches: dict[str, str] = sandbox.get("branches", {})
        self.id: int = self.recorded["id"]
        self.full_name: str = self.recorded["full_name"]

    @property
    def path(self) -> str:
        """Return the path by which links name the repository."""
        return f"/repositories/{self.id}"

    @property
    def git_folder(self) -> Path | None:
        """Return the bare repository that lies in the data folder, where there is one."""
        folder = self.folder / "git"
        return folder if folder.is_dir() else None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was ever pushed."""
        return self.status == EMPTY or not self.history.commits

    @cached_property
    def pulls(self) -> dict[int, Json]:
        """Return the pull requests by number."""
        return {row["number"]: row for row in read_lines(self.folder, "pulls")}

    @cached_property
    def reviews(self) -> dict[int, list[Json]]:
        """Return the reviews by the number of their pull request."""
        return _by(read_lines(self.folder, "reviews"), "pull_request_number")

    @cached_property
    def pull_commits(self) -> dict[int, list[str]]:
        """Return the SHAs of the commits of each pull request, by its number."""
        return {row["number"]: row["shas"] for row in read_lines(self.folder, "pull_commits")}

    @cached_property
    def history(self) -> History:
        """Return every commit, with the ways between them."""
        return History(read_lines(self.folder, "commits"))

    @cached_property
    def deployments(self) -> list[Json]:
        """Return the deployments, newest first."""
        rows = read_lines(self.folder, "deployments")
        return sorted(rows, key=lambda row: (row["created_at"], row["id"]), reverse=True)

    @cached_property
    def deployment_statuses(self) -> dict[int, list[Json]]:
        """Return the statuses by the id of their deployment, newest first."""
        rows = read_lines(self.folder, "deployment_statuses")
        newest_first = sorted(rows, key=lambda row: (row["created_at"], row["id"]), reverse=True)
        return _by(newest_first, "deployment_id")

    @cached_property
    def releases(self) -> list[Json]:
        """Return the releases, newest first."""
        rows = read_lines(self.folder, "releases")
        return sorted(rows, key=lambda row: (row["created_at"], row["id"]), reverse=True)

    @cached_property
    def branches(self) -> dict[str, str]:
        """Return the SHA of each branch: the default one, heads of open pull requests, added ones."""
        heads = self._other_branches | {
            pull["head"]["ref"]: pull["head"]["sha"]
            for pull in self.pulls.values()
            if pull["state"] == "open" and (pull["head"].get("repo") or {}).get("id") == self.id
        }
        if self.history.default_branch:
            heads[self.recorded["default_branch"]] = self.history.default_branch[0]
        return heads

    @cached_property
    def tagged_commits(self) -> dict[str, str]:
        """Return the SHA of the commit of each tag that a release names."""
        return {
            release["tag_name"]: release["_sandbox"]["tag_sha"]
            for release in self.releases
            if "tag_sha" in release.get("_sandbox", {})
        }

    @cached_property
    def annotated_tags(self) -> dict[str, Json]:
        """Return the annotated tags by their own SHA."""
        tags = [release.get("_sandbox", {}).get("tag") for release in self.releases]
        return {tag["sha"]: tag for tag in tags if tag}

    @cached_property
    def tags(self) -> dict[str, str]:
        """Return the SHA of what each tag names: an annotated tag, or a commit at once."""
        annotated = {tag["tag"]: sha for sha, tag in self.annotated_tags.items()}
        return {**self.tagged_commits, **annotated}

    @cached_property
    def pull_heads(self) -> dict[str, str]:
        """Return the SHA of each reference of the kind pull/<number>/head."""
        return {f"pull/{number}/head": pull["head"]["sha"] for number, pull in self.pulls.items()}

    @cached_property
    def references(self) -> dict[str, str]:
        """Return the SHA of each reference, by its whole name."""
        return {
            **{f"refs/heads/{name}": sha for name, sha in self.branches.items()},
            **{f"refs/tags/{name}": sha for name, sha in self.tags.items()},
            **{f"refs/{name}": sha for name, sha in self.pull_heads.items()},
        }

    def resolve(self, name: str) -> str | None:
        """Return the SHA that a SHA, an abbreviated one, a branch, a tag or a reference stands for."""
        if name in self.history.commits:
            return name
        short = name.removeprefix("refs/").removeprefix("heads/").removeprefix("tags/")
        for known in (self.branches, self.tagged_commits, self.pull_heads):
            if known.get(short) in self.history.commits:
                return known[short]
        if len(name) >= MIN_ABBREVIATION:
            matches = [sha for sha in self.history.commits if sha.startswith(name)]
            return matches[0] if len(matches) == 1 else None
        return None


def _by(rows: list[Json], name: str) -> dict[int, list[Json]]:
    groups: defaultdict[int, list[Json]] = defaultdict(list)
    for row in rows:
        groups[row[name]].append(row)
    return groups
