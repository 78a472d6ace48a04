"""Which files differ between two commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.github.git import cached_diff

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sandbox.github.history import Comparison
    from sandbox.github.lines import Json
    from sandbox.github.repository import Repository


def pull_request_files(repository: Repository, pull: Json) -> list[Json]:
    """Return the files that a pull request changes: its head against where it left its base."""
    shas = repository.pull_commits.get(pull["number"], [])
    base, head = pull["base"]["sha"], pull["head"]["sha"]
    if repository.git_folder is None or not shas:
        commits = repository.history.commits
        return fold(commits[sha] for sha in shas if sha in commits)
    comparison = repository.history.compare(base, head)
    return cached_diff(repository.git_folder, comparison.merge_base, head) if comparison else []


def compared_files(repository: Repository, comparison: Comparison, head: str) -> list[Json]:
    """Return the files that differ between a head and the merge base."""
    if repository.git_folder is not None:
        return cached_diff(repository.git_folder, comparison.merge_base, head)
    return fold(repository.history.commits[sha] for sha in comparison.ahead)


def fold(commits: Iterable[Json]) -> list[Json]:
    """Return the files of several commits, oldest first, as one change, ordered by name.

    This is for recorded data without a git repository: without the blobs the lines that a later commit took
    back cannot be told from others, so sums are upper bounds. Merges are left out, because what they bring
    in is listed by the commits that they merge.
    """
    files: dict[str, Json] = {}
    for commit in commits:
        if len(commit["parents"]) <= 1:
            for file in commit["files"]:
                _add(files, file)
    return [files[name] for name in sorted(files)]


def _add(files: dict[str, Json], new: Json) -> None:
    old = files.pop(str(new.get("previous_filename", new["filename"])), None)
    if old is None:
        files[new["filename"]] = {name: value for name, value in new.items() if name != "patch"}
        return
    if old["status"] == "added" and new["status"] == "removed":
        return
    sums = {name: old[name] + new[name] for name in ("additions", "deletions", "changes")}
    status = new["status"] if new["status"] in {"removed", "renamed"} else old["status"]
    merged = {**new, **sums, "status": "added" if old["status"] == "added" else status}
    merged.pop("patch", None)
    if merged["status"] == "renamed":
        merged["previous_filename"] = old.get("previous_filename", new.get("previous_filename"))
    files[new["filename"]] = merged
