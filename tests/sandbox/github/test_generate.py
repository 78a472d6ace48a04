"""The made-up organisation: the same each time, believable, and with every oddity."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.github.advance import advance
from sandbox.github.generate import GenerateError, generate
from sandbox.github.generator.settings import SIZES, Size, repositories
from sandbox.servers import serve_github

from .conftest import CORPUS, PLATFORM, Api

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Row = dict[str, Any]


def rows(data: Path, name: str) -> list[Row]:
    """Return the rows of a kind in every repository."""
    found = []
    for path in sorted(data.glob(f"*/*/{name}.jsonl")):
        found += [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return found


def contents(data: Path) -> dict[str, str]:
    """Return a digest of every file, and of every reference of the git repositories."""
    digests = {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(data.rglob("*"))
        if path.is_file() and "git" not in path.relative_to(data).parts
    }
    for folder in sorted(data.glob("*/*/git")):
        command = ["git", "-c", "safe.directory=*", f"--git-dir={folder}", "for-each-ref"]
        digests[str(folder.relative_to(data))] = subprocess.run(
            command, capture_output=True, check=True, text=True
        ).stdout
    return digests


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two runs are equal, SHAs included; another seed differs."""
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        generate(tmp_path / name, seed=seed, size="tiny")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert contents(tmp_path / "one") != contents(tmp_path / "other")


def test_the_demo_has_the_size_of_a_demo(data: Path) -> None:
    """Enough to look at, not more."""
    assert 6 <= len(list(data.glob("*/*/repository.json"))) <= 10
    assert 150 <= len(rows(data, "pulls")) <= 250
    assert 400 <= sum(commit["on_default_branch"] for commit in rows(data, "commits")) <= 800


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    """Nothing of somebody's is overwritten."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(GenerateError, match="not empty"):
        generate(tmp_path, seed=1, size="tiny")
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_an_unknown_size_is_named(tmp_path: Path) -> None:
    """The error names the sizes that there are."""
    with pytest.raises(GenerateError, match="tiny, small"):
        generate(tmp_path / "data", seed=1, size="giant")


def test_wide_and_vast_are_what_they_say() -> None:
    """200 and 1,000 repositories; one more would share ids with another."""
    assert [len(repositories(SIZES[name])) for name in ("wide", "vast")] == [200, 1000]


def test_more_repositories_than_ids_are_refused(tmp_path: Path) -> None:
    """The error says how many there may be."""
    with pytest.raises(GenerateError, match="At most 1,000"):
        generate(tmp_path / "data", seed=1, size=Size(date(2026, 6, 29), 0.0, 16, 992))


PULL_ODDITIES: dict[str, Callable[[Row], bool]] = {
    "a deleted author is the ghost": lambda pull: pull["user"]["login"] == "ghost",
    "a fork was deleted": lambda pull: not pull["head"]["repo"] and bool(pull["head"]["user"]),
    "a fork's owner was deleted": lambda pull: not pull["head"]["user"],
    "a fork is there": lambda pull: bool(pull["head"]["repo"]) and pull["head"]["repo"]["fork"],
    "a bot wrote it": lambda pull: pull["user"]["type"] == "Bot",
    "a service account wrote it": lambda pull: pull["user"]["login"].startswith("svc-"),
    "a draft": lambda pull: pull["draft"],
    "an empty body": lambda pull: pull["body"] == "",
    "no body": lambda pull: pull["body"] is None,
    "a very long body": lambda pull: len(pull["body"] or "") > 30_000,
    "emoji": lambda pull: "🚀" in (pull["body"] or ""),
    "NUL": lambda pull: "\0" in (pull["body"] or ""),
    "closed a second after merging": lambda pull: pull["merged"] and pull["merged_at"] != pull["closed_at"],
    "nobody merged it": lambda pull: pull["merged"] and pull["merged_by"] is None,
    "closed without merging": lambda pull: pull["state"] == "closed" and not pull["merged"],
    "a revert": lambda pull: pull["head"]["ref"].startswith("revert-"),
    "more than 300 files": lambda pull: pull["changed_files"] > 300,
    "auto-merge": lambda pull: bool(pull["auto_merge"]),
    "labels": lambda pull: bool(pull["labels"]),
    "assignees": lambda pull: bool(pull["assignees"]),
    "requested reviewers": lambda pull: bool(pull["requested_reviewers"]),
    "requested teams": lambda pull: bool(pull["requested_teams"]),
    "a milestone": lambda pull: bool(pull["milestone"]),
    "an id beyond 32 bits": lambda pull: pull["id"] > 2**31,
    "an open one": lambda pull: pull["state"] == "open",
}
REVIEW_ODDITIES: dict[str, Callable[[Row], bool]] = {
    "a deleted reviewer": lambda review: review["user"] is None,
    "a bot": lambda review: bool(review["user"]) and review["user"]["type"] == "Bot",
    "dismissed": lambda review: review["state"] == "DISMISSED",
    "pending, without a time": lambda review: review["state"] == "PENDING" and "submitted_at" not in review,
    "changes requested": lambda review: review["state"] == "CHANGES_REQUESTED",
    "commented": lambda review: review["state"] == "COMMENTED",
    "an empty body": lambda review: not review["body"],
}
COMMIT_ODDITIES: dict[str, Callable[[Row], bool]] = {
    "an author without account": lambda commit: commit["author"] is None,
    "a merge": lambda commit: len(commit["parents"]) == 2,
    "a squash": lambda commit: len(commit["parents"]) == 1 and commit["committer"]["login"] == "web-flow",
    "more than 300 files": lambda commit: len(commit["files"]) > 300,
    "a binary file": lambda commit: any(
        file["filename"].endswith(".png") and not file["changes"] for file in commit["files"]
    ),
    "a lock file": lambda commit: any(file["filename"].endswith(".lock") for file in commit["files"]),
    "a removed file": lambda commit: any(file["status"] == "removed" for file in commit["files"]),
    "a renamed file": lambda commit: any(file["status"] == "renamed" for file in commit["files"]),
    "a file too huge for a patch": lambda commit: any(
        "patch" not in file and file["changes"] for file in commit["files"]
    ),
}


@pytest.mark.parametrize("oddity", PULL_ODDITIES)
def test_pull_requests_have_every_oddity(data: Path, oddity: str) -> None:
    """At least one pull request of the demo shows it."""
    assert any(PULL_ODDITIES[oddity](pull) for pull in rows(data, "pulls"))


@pytest.mark.parametrize("oddity", REVIEW_ODDITIES)
def test_reviews_have_every_oddity(data: Path, oddity: str) -> None:
    """At least one review of the demo shows it."""
    assert any(REVIEW_ODDITIES[oddity](review) for review in rows(data, "reviews"))


@pytest.mark.parametrize("oddity", COMMIT_ODDITIES)
def test_commits_have_every_oddity(data: Path, oddity: str) -> None:
    """At least one commit of the demo shows it."""
    commits = [commit for commit in rows(data, "commits") if commit["files"]]
    assert any(COMMIT_ODDITIES[oddity](commit) for commit in commits)


def test_deployments_succeed_fail_and_are_replaced(data: Path) -> None:
    """Staging and production; some fail, and an earlier success becomes inactive."""
    assert {row["environment"] for row in rows(data, "deployments")} == {"staging", "production"}
    assert {row["state"] for row in rows(data, "deployment_statuses")} >= {"success", "failure", "inactive"}
    assert rows(data, "releases")


def test_the_mapping_covers_most_members(data: Path) -> None:
    """A few members are in no mapping, one under a former login, and one who left is still there."""
    with (data / "user_mapping.csv").open(encoding="utf-8", newline="") as file:
        mapping = list(csv.DictReader(file))
    mapped = {row["github_login"] for row in mapping}
    path = data / "lantern-works" / "members.jsonl"
    members = {json.loads(line)["login"] for line in path.read_text(encoding="utf-8").splitlines()}
    assert len(members & mapped) > len(members) / 2
    assert members - mapped
    assert mapped - members
    assert {row["is_active"] for row in mapping} == {"true", "false"}


def test_everybody_is_plainly_made_up(data: Path) -> None:
    """Every address of a person lies at example.com; the others are GitHub's own."""
    addresses = {
        commit["commit"][role]["email"]
        for commit in rows(data, "commits")
        for role in ("author", "committer")
    }
    assert {address.partition("@")[2] for address in addresses} <= {
        "example.com",
        "github.com",
        "users.noreply.github.com",
    }


def test_times_are_in_order(data: Path) -> None:
    """Nothing is merged before it was opened, nor reviewed; the last change is the last of its times."""
    opened = {pull["html_url"]: pull["created_at"] for pull in rows(data, "pulls")}
    for pull in rows(data, "pulls"):
        assert pull["created_at"] <= (pull["closed_at"] or pull["updated_at"]) <= pull["updated_at"]
        assert pull["updated_at"] <= "2026-07-01"
    for review in rows(data, "reviews"):
        if review["state"] != "PENDING":
            assert opened[review["html_url"].partition("#")[0]] < review["submitted_at"]


def test_a_day_brings_activity_and_keeps_the_rest(tmp_path: Path) -> None:
    """Pull requests, reviews, commits and deployments come; one review goes, a title may change, no more."""
    data = tmp_path / "data"
    generate(data, seed=2, size="tiny")
    before = {name: rows(data, name) for name in ("pulls", "reviews", "commits")}
    summary = advance(data, days=1)
    assert min(summary.pull_requests, summary.reviews, summary.commits, summary.deployments) > 0
    assert summary.last_day.isoformat() == "2026-07-01"
    after = {name: rows(data, name) for name in before}
    commits = {commit["sha"] for commit in after["commits"]}
    assert {commit["sha"] for commit in before["commits"]} <= commits
    assert {pull["id"] for pull in before["pulls"]} < {pull["id"] for pull in after["pulls"]}
    gone = {review["id"] for review in before["reviews"]} - {review["id"] for review in after["reviews"]}
    assert len(gone) == 1
    titles = {pull["id"]: pull["title"] for pull in before["pulls"]}
    edited = [pull for pull in after["pulls"] if titles.get(pull["id"], pull["title"]) != pull["title"]]
    assert len(edited) <= 1


def test_days_one_by_one_are_the_same_as_at_once(tmp_path: Path) -> None:
    """The state depends on the day alone, and old commits come late in between."""
    for name in ("steps", "leap"):
        generate(tmp_path / name, seed=3, size="tiny")
    for _ in range(3):
        advance(tmp_path / "steps", days=1)
    advance(tmp_path / "leap", days=3)
    assert contents(tmp_path / "steps") == contents(tmp_path / "leap")
    new = [commit for commit in rows(tmp_path / "leap", "commits") if commit["on_default_branch"]]
    newest = {commit["sha"] for commit in rows(tmp_path / "leap", "commits")}
    generate(tmp_path / "old", seed=3, size="tiny")
    newest -= {commit["sha"] for commit in rows(tmp_path / "old", "commits")}
    late = [commit for commit in new if commit["sha"] in newest]
    assert any(commit["commit"]["committer"]["date"] < "2026-06-01" for commit in late)


def test_a_running_server_serves_the_new_day(tmp_path: Path) -> None:
    """The server reads the folder anew once it was advanced."""
    data = tmp_path / "data"
    generate(data, seed=2, size="tiny")
    with serve_github(data) as server:
        api = Api(server.url)
        before = len(api.all(f"{PLATFORM}/pulls", state="all"))
        advance(data, days=1)
        assert len(api.all(f"{PLATFORM}/pulls", state="all")) > before


def test_only_generated_data_can_be_advanced(tmp_path: Path) -> None:
    """Recorded data is refused with a sentence that says so."""
    folder = CORPUS if CORPUS.is_dir() else tmp_path
    with pytest.raises(GenerateError, match="was not generated by the sandbox"):
        advance(folder, days=1)


def test_who_is_in_no_mapping_file_is_found_elsewhere_or_nowhere(tmp_path: Path) -> None:
    """Of those whom the file lacks, single sign-on knows one, LDAP another, nobody a third."""
    generate(tmp_path / "data", seed=1, size=Size(date(2026, 6, 29), 0.0, 22))
    with (tmp_path / "data" / "user_mapping.csv").open(encoding="utf-8", newline="") as file:
        mapped = {row["ldap"] for row in csv.DictReader(file)}
    folder = tmp_path / "data" / "lantern-works"
    members = [json.loads(line) for line in (folder / "members.jsonl").read_text().splitlines()]
    identities = [
        json.loads(line) for line in (folder / "external_identities.jsonl").read_text().splitlines()
    ]
    signed_on = {row["user"]["login"] for row in identities if row["user"]}
    hidden = [row for row in members if "".join(row["login"].split("-")[:2]) not in mapped]
    found = [(row["login"] in signed_on, "ldap_dn" in row) for row in hidden]
    assert found == [(True, False), (False, True), (False, False), (False, False)]
    assert [row["samlIdentity"] is None for row in identities].count(True) > 2
    assert [row["user"] is None for row in identities].count(True) == 1
