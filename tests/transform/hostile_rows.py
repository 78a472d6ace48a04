"""Raw rows of a made-up history in which all that is rare happens; by its seed always the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .expected_metrics import Streams
    from .raw_rows import Row

ORG = "acme"
REPOSITORY = {"_source_org": ORG, "repository_id": 7}
NAMED = {**REPOSITORY, "repository_full_name": f"{ORG}/shop"}
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
# (login, id, type, directory name); one person has two accounts, and some accounts are gone.
PEOPLE = (
    ("ann", 1, "User", "ann.l"),
    ("Ann-Work", 2, "User", "Ann.L"),
    ("ben", 3, "User", "ben.l"),
    ("cat", 4, "User", None),
    ("svc-merge", 6, "User", None),
    ("CI-runner", 11, "User", None),
    ("web-flow", 9, "User", None),
    ("helper", 7, "Bot", None),
    ("lint[bot]", 8, "User", None),
    ("ghost", 10137, "User", None),
    (None, None, None, None),
)
STATES = ("APPROVED", "APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING")
MINUTE, HOUR, DAY = 60, 3600, 86400


def text(moment: datetime) -> str:
    """Return a moment as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class History:
    """One repository, as it grows pull request by pull request."""

    def __init__(self, seed: int) -> None:
        """Begin with one commit."""
        self._random = Random(seed)  # noqa: S311 - nothing secret about it
        self._now = BEGIN
        self.streams: Streams = {
            "repository": [{"_source_org": ORG, "id": 7, "name": "shop", "full_name": f"{ORG}/shop"}],
            "user_lookup": [
                {
                    "_source_org": ORG,
                    "github_login": login.lower(),
                    "github_user_id": identifier,
                    "ldap": ldap,
                }
                for login, identifier, _, ldap in PEOPLE
                if login and ldap
            ],
            **{
                name: []
                for name in (
                    *("pull_request", "pull_request_review", "pull_request_commit", "commit", "deployment"),
                )
            },
        }
        self._main = [self._land(self._commit([], BEGIN))]
        self._merged: list[Row] = []

    def grow(self) -> None:
        """Open a pull request, review it, perhaps merge it and deploy something, in any order of time."""
        self._now += timedelta(seconds=self._random.choice([1, 30, HOUR, 7 * HOUR, DAY]))
        opened = self._now - timedelta(seconds=self._random.choice([0, MINUTE, DAY, 3 * DAY]))
        pull = self._pull(opened)
        commits = self._branch(opened)
        for position, commit in enumerate(commits, start=1):
            self.streams["pull_request_commit"].append(
                {
                    **REPOSITORY,
                    "pull_request_id": pull["id"],
                    "commit_sha": commit["sha"],
                    "position": position,
                    "authored_at": self._random.choice([commit["authored_at"]] * 9 + [None]),
                }
            )
        if self._random.random() < 0.75:
            self._merge(pull, commits)
        self.streams["pull_request"].append(pull)
        for _ in range(self._random.choice([0, 0, 1, 2, 4])):
            self._review(pull, opened)
        if self._random.random() < 0.6:
            self._deploy()

    def _pull(self, opened: datetime) -> Row:
        number = len(self.streams["pull_request"]) + 1
        login, identifier, kind, _ = self._random.choice(PEOPLE)
        title, branch = f"Change {number % 37}", f"change-{number}"
        if self._merged and self._random.random() < 0.15:
            taken_back = self._random.choice(self._merged)
            title = f'Revert "{taken_back["title"]}"'
            branch = self._random.choice([branch, f"revert-{taken_back['number']}-x"])
        return {
            **NAMED,
            "id": 1000 + number,
            "number": number,
            "title": self._random.choice([title] * 18 + ["Reverting", "revert"]),
            "state": "open",
            "user_id": identifier,
            "user_login": login,
            "user_type": kind,
            "base_ref": self._random.choice(["main"] * 9 + ["release"]),
            "default_branch": "main",
            "head_ref": branch,
            "created_at": text(opened),
            "updated_at": text(self._now),
            "merged_at": None,
            "merged_by_id": None,
            "merged_by_login": None,
            "merge_commit_sha": f"test-merge-{number}",
            "additions": number,
            "deletions": 1,
            "changed_files": 1,
        }

    def _branch(self, opened: datetime) -> list[Row]:
        """Return none to three commits, some far older than the pull request, some newer, some merges."""
        commits: list[Row] = []
        parents = [self._random.choice(self._main[-6:])]
        for _ in range(self._random.choice([0, 1, 1, 2, 3])):
            at = opened + timedelta(seconds=self._random.choice([-40 * DAY, -HOUR, -1, 0, 1, HOUR]))
            commits.append(self._commit(parents, at))
            parents = [commits[-1]["sha"]]
            if self._random.random() < 0.15:
                parents.append(self._random.choice(self._main[-6:]))
        return commits

    def _merge(self, pull: Row, commits: list[Row]) -> None:
        login, identifier, _, _ = self._random.choice(PEOPLE)
        at = text(self._now)
        pull.update(
            state="closed", closed_at=at, merged_at=at, merged_by_login=login, merged_by_id=identifier
        )
        self._merged.append(pull)
        how = self._random.choice(["merge", "squash", "rebase", "unknown"]) if commits else "squash"
        if pull["base_ref"] != "main" or how == "unknown":
            pull["merge_commit_sha"] = f"elsewhere-{pull['number']}"
            return
        parents = [[self._main[-1]]]
        if how == "merge":
            for commit in commits:
                self._land(commit)
            parents = [[self._main[-1], commits[-1]["sha"]]]
        elif how == "rebase":
            parents *= len(commits)
        for each in parents:
            first = self._main[-1]
            self._main.append(self._land(self._commit([first, *each[1:]], self._now)))
        pull["merge_commit_sha"] = self._main[-1]

    def _review(self, pull: Row, opened: datetime) -> None:
        login, identifier, kind, _ = self._random.choice(PEOPLE)
        state = self._random.choice(STATES)
        at = opened + timedelta(seconds=self._random.choice([-5, 0, 1, HOUR, DAY, 2 * DAY, 9 * DAY]))
        self.streams["pull_request_review"].append(
            {
                **REPOSITORY,
                "id": len(self.streams["pull_request_review"]) + 1,
                "pull_request_id": pull["id"],
                "pull_request_number": pull["number"],
                "user_id": identifier,
                "user_login": login,
                "user_type": kind,
                "state": state,
                "submitted_at": None if state == "PENDING" else text(at),
            }
        )

    def _deploy(self) -> None:
        """Deploy what is newest, or what is old, or what nobody has seen, at once or days later."""
        known = self._random.choice(self.streams["commit"])["sha"]
        number = len(self.streams["deployment"]) + 1
        at = self._now + timedelta(seconds=self._random.choice([0, 10, 2 * HOUR, 2 * DAY]))
        environment = self._random.choice(["production", "production", "staging", "preview"])
        succeeded = self._random.choice([text(at + timedelta(minutes=1))] * 4 + [None])
        self.streams["deployment"].append(
            {
                **REPOSITORY,
                "id": number,
                "sha": self._random.choice([self._main[-1], self._main[-1], known, f"unseen-{number}"]),
                "environment": environment,
                "production_environment": environment == "production",
                "created_at": text(at),
                "updated_at": text(at),
                "state": "success" if succeeded else "failure",
                "succeeded_at": succeeded,
            }
        )

    def _commit(self, parents: list[str], at: datetime) -> Row:
        return {
            **NAMED,
            # Not in the order of time, so that nothing is right only because names happen to sort.
            "sha": f"{self._random.getrandbits(160):040x}",
            "authored_at": text(at - timedelta(seconds=self._random.choice([0, MINUTE, HOUR]))),
            "committed_at": text(at),
            "parent_shas": list(parents),
            "parent_count": len(parents),
        }

    def _land(self, commit: Row) -> str:
        self.streams["commit"].append(commit)
        return str(commit["sha"])


def hostile_rows(seed: int, pull_requests: int = 200) -> Streams:
    """Return the raw rows of such a history."""
    history = History(seed)
    for _ in range(pull_requests):
        history.grow()
    return history.streams
