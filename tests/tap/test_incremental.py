"""Nothing is lost between two runs: each way in which GitHub hides a change is a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .made import LOGIN, commit, moment, sha, touch
from .running import Loaded, Output, run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made


class Pipeline:
    """Runs that follow each other, each from the state of the one before, and what they have loaded."""

    def __init__(self, server: Server, folder: Path) -> None:
        """Begin without a state."""
        self.server = server
        self._folder = folder
        self.state: dict[str, Any] | None = None
        self.loaded = Loaded()

    def run(self, **config: Any) -> Output:
        """Run once more; the API is the source of commits unless CONFIG says otherwise."""
        settings = {"organizations": [LOGIN], "commit_source": "api", **config}
        output = run_tap(self.server, self._folder, state=self.state, **settings)
        assert output.error is None
        self.state = output.state
        self.loaded.load(output)
        return output


@pytest.fixture
def pipeline(made: Made, made_github: Server, tmp_path: Path) -> Pipeline:
    """Return a pipeline on a repository `one` (id 7) with two pull requests, which was read once."""
    made.add("one", 7)
    pipeline = Pipeline(made_github, tmp_path)
    pipeline.run()
    return pipeline


def shas(output: Output) -> set[str]:
    """Return the SHAs of the commits of a run."""
    return {row["sha"] for row in output.of("commit")}


def numbers(output: Output) -> list[int]:
    """Return the numbers of the pull requests of a run."""
    return [row["number"] for row in output.of("pull_request")]


def test_what_did_not_change_is_not_read(pipeline: Pipeline) -> None:
    """Of a second run only the repositories, and people, come again."""
    assert pipeline.run().streams == {"repository", "user_lookup"}


def test_a_branch_that_was_merged_late_is_not_lost(pipeline: Pipeline, made: Made) -> None:
    """Commits with dates far behind the bookmark come when they reach the default branch."""
    with made.lines("one", "commits") as commits:
        first = commits[0]
        newer = commit("newer", day=20, parents=[first])
        commits.insert(0, newer)
    pipeline.run()
    with made.lines("one", "commits") as commits:
        old = commit("old", day=2, parents=[first])
        merge = commit("merge", day=21, parents=[newer, old])
        commits[:] = [merge, newer, old, *commits[1:]]
    assert shas(pipeline.run()) == {merge["sha"], old["sha"]}


@pytest.mark.parametrize("gone", [True, False], ids=["old head gone", "old head kept"])
def test_a_force_push_does_not_lose_commits(pipeline: Pipeline, made: Made, *, gone: bool) -> None:
    """Rewritten commits come, whether GitHub still knows the old head or answers 404 to it."""
    with made.lines("one", "commits") as commits:
        first = commits[0]
        rewritten = [commit("second", day=22, parents=[first]), commit("rewritten", day=21)]
        rewritten[0]["parents"] = [{"sha": rewritten[1]["sha"]}]
        kept = [] if gone else [{**first, "on_default_branch": False}]
        commits[:] = [*rewritten, *kept, *commits[1:]]
    assert {each["sha"] for each in rewritten} <= shas(pipeline.run())


def test_the_boundary_is_read_again(pipeline: Pipeline, made: Made) -> None:
    """A pull request updated in the very second of the bookmark is not taken for known."""
    with made.lines("one", "pulls") as pulls:
        newest = max(each["updated_at"] for each in pulls)
        touch(pulls[0], newest, title="In the same second")
    with made.repository("one") as repository:
        repository["pushed_at"] = newest
    output = pipeline.run(lookback_days=0)
    assert numbers(output) == [2, 1]
    assert output.of("pull_request")[1]["title"] == "In the same second"


@pytest.mark.parametrize(("lookback_days", "expected"), [(0, [3]), (3, [3, 2, 1]), (1, [3, 2])])
def test_the_lookback_is_read_again(
    pipeline: Pipeline, made: Made, lookback_days: int, expected: list[int]
) -> None:
    """Where something changed, so many days behind the bookmark are read again, and no more."""
    with made.lines("one", "pulls") as pulls:
        pulls.append({**pulls[0], "id": 7003, "number": 3, "node_id": "PR_7003", "commits": 0})
        touch(pulls[0], moment(8))
        touch(pulls[1], moment(9))
        touch(pulls[2], moment(10))
    pipeline.run()
    with made.lines("one", "pulls") as pulls:
        touch(pulls[2], moment(10, 13))
    assert numbers(pipeline.run(lookback_days=lookback_days)) == expected


def test_a_bookmark_is_never_later_than_the_run(pipeline: Pipeline, made: Made) -> None:
    """A time from the future, as of a clock that is ahead, does not hide what comes until then."""
    with made.lines("one", "pulls") as pulls:
        touch(pulls[0], "2999-01-01T00:00:00Z")
    output = pipeline.run()
    (bookmark,) = output.bookmarks.values()
    assert bookmark["pulls"][:19] <= output.summary["finished"][:19]
    with made.lines("one", "pulls") as pulls:
        touch(pulls[1], output.summary["finished"][:19] + "Z", title="Meanwhile")
    assert numbers(pipeline.run(lookback_days=0)) == [1, 2]


def test_what_is_still_going_on_is_looked_at_again(pipeline: Pipeline, made: Made) -> None:
    """Times are of whole seconds: who saw the newest one may have missed another of its second."""
    with made.lines("one", "pulls") as pulls:
        touch(pulls[0], "2999-01-01T00:00:00Z")
    pipeline.run()
    with made.lines("one", "pulls") as pulls:
        touch(pulls[0], "2999-01-01T00:00:00Z", title="The same second")
    assert pipeline.run().of("pull_request")[0]["title"] == "The same second"


def test_a_newly_selected_stream_is_filled_from_the_start(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """The bookmark of the others does not count for it; they are not told twice for no reason."""
    made.add("one", 7, pulls=5)
    run: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
    first = run_tap(made_github, tmp_path, catalog=selecting("pull_request"), **run)
    both = selecting("pull_request", "pull_request_review", "commit_file")
    second = run_tap(made_github, tmp_path, catalog=both, state=first.state, **run)
    assert len(second.of("pull_request_review")) == 5
    assert len(second.of("commit_file")) == 1
    third = run_tap(made_github, tmp_path, catalog=both, state=second.state, **run)
    assert third.streams == set()


def test_an_earlier_start_date_brings_the_history(made: Made, made_github: Server, tmp_path: Path) -> None:
    """What lies before the old start is read; a later start brings nothing."""
    made.add("one", 7, pulls=10)
    pipeline = Pipeline(made_github, tmp_path)
    assert numbers(pipeline.run(start_date=moment(8))) == [10, 9, 8, 7]
    assert numbers(pipeline.run(start_date=moment(10))) == []
    assert numbers(pipeline.run(start_date=moment(5))) == [10, 9, 8, 7, 6, 5, 4]
    assert len(numbers(pipeline.run())) == 10


def test_a_renamed_repository_is_the_same(pipeline: Pipeline, made: Made) -> None:
    """Its bookmark holds under the new name; nothing is read twice."""
    with made.repository("one") as repository:
        repository.update(name="uno", full_name=f"{LOGIN}/uno")
        repository["_sandbox"] = {"previous_full_names": [f"{LOGIN}/one"]}
    output = pipeline.run()
    assert output.streams == {"repository", "user_lookup"}
    assert [row["full_name"] for row in output.of("repository")] == [f"{LOGIN}/uno"]
    assert list(output.bookmarks) == ["made/7"]


def test_a_repository_is_found_under_its_former_name(made: Made, made_github: Server, tmp_path: Path) -> None:
    """A single repository that was renamed since the setting was written is followed."""
    made.add("one", 7, _sandbox={"previous_full_names": ["elsewhere/old"]})
    pipeline = Pipeline(made_github, tmp_path)
    output = pipeline.run(organizations=[], repositories=["elsewhere/old"])
    assert {row["_source_org"] for row in output.of("pull_request")} == {LOGIN}


def test_renamed_and_deleted_users_do_not_double_rows(pipeline: Pipeline, made: Made) -> None:
    """Rows are told apart by ids; who was deleted leaves a null."""
    with made.lines("one", "pulls") as pulls:
        for each in pulls:
            touch(each, moment(20), user={**each["user"], "login": "ada-new"})
    with made.lines("one", "reviews") as reviews:
        reviews[0]["user"] = None
    pipeline.run()
    rows = pipeline.loaded.living("pull_request").values()
    assert len(rows) == 2
    assert {(row["user_id"], row["user_login"]) for row in rows} == {(901, "ada-new")}
    logins = [row["user_login"] for row in pipeline.loaded.living("pull_request_review").values()]
    assert sorted(logins, key=str) == [None, "grace"]


def test_a_deleted_review_is_found_in_a_changed_pull_request(pipeline: Pipeline, made: Made) -> None:
    """All reviews of a changed pull request are told as its complete set."""
    with made.lines("one", "reviews") as reviews:
        del reviews[:]
    with made.lines("one", "pulls") as pulls:
        touch(pulls[1], moment(20))
    output = pipeline.run()
    assert output.complete_sets("pull_request_review") == {7001, 7002}
    assert not pipeline.loaded.living("pull_request_review")


@pytest.mark.parametrize(("reconcile", "is_found"), [("always", True), ("weekly", True), ("never", False)])
def test_silent_changes_are_found_by_reconciliation(
    pipeline: Pipeline, made: Made, reconcile: str, *, is_found: bool
) -> None:
    """A review vanishes, another one's text changes; no pull request tells of it."""
    with made.lines("one", "reviews") as reviews:
        reviews[0]["body"] = "Edited"
        del reviews[1]
    assert pipeline.state is not None
    (bookmark,) = pipeline.state["bookmarks"]["repository"]["repositories"].values()
    bookmark["reconciled"] = "2026-01-01T00:00:00Z"
    pipeline.run(reconcile=reconcile)
    living = pipeline.loaded.living("pull_request_review")
    assert [row["body"] for row in living.values()] == (["Edited"] if is_found else ["", ""])


def test_reconciliation_waits_for_its_week(pipeline: Pipeline, made: Made) -> None:
    """Within seven days of the last one nothing is read again."""
    with made.lines("one", "reviews") as reviews:
        reviews[0]["body"] = "Edited"
    assert pipeline.run(reconcile="weekly").of("pull_request_review") == []


def test_commits_of_a_pull_request_are_replaced_by_a_force_push(pipeline: Pipeline, made: Made) -> None:
    """Commits that the branch no longer has are not in its complete set."""
    with made.lines("one", "commits") as commits:
        replaced = commit("replaced", day=20, parents=commits[:1], on_default_branch=False)
        commits.append(replaced)
    made.put(
        "one",
        "pull_commits",
        [{"number": 1, "shas": [replaced["sha"]]}, {"number": 2, "shas": [sha(7, "pull", 2)]}],
    )
    with made.lines("one", "pulls") as pulls:
        touch(pulls[0], moment(20))
        pulls[0]["head"]["sha"] = replaced["sha"]
    pipeline.run()
    living = pipeline.loaded.living("pull_request_commit")
    assert {row["commit_sha"] for row in living.values()} == {replaced["sha"], sha(7, "pull", 2)}


def test_late_statuses_of_deployments_are_found(pipeline: Pipeline, made: Made) -> None:
    """A status that comes to an older deployment is read, with the new state of the deployment."""
    deployments: list[dict[str, Any]] = [
        {
            "id": each,
            "node_id": f"DE_{each}",
            "sha": sha(7, "first"),
            "ref": "main",
            "task": "deploy",
            "environment": "production",
            "creator": None,
            "payload": {},
            "description": None,
            "created_at": moment(each),
            "updated_at": moment(each),
        }
        for each in (5, 6)
    ]
    status = {
        "id": 1,
        "node_id": "DES_1",
        "deployment_id": 5,
        "state": "in_progress",
        "environment": "production",
        "creator": None,
        "description": "",
        "created_at": moment(5),
    }
    made.put("one", "deployments", deployments)
    made.put("one", "deployment_statuses", [status])
    pipeline.run()
    deployments[0]["updated_at"] = moment(7)
    made.put("one", "deployments", deployments)
    made.put(
        "one",
        "deployment_statuses",
        [status, {**status, "id": 2, "state": "success", "created_at": moment(7)}],
    )
    output = pipeline.run(lookback_days=0)
    assert {row["id"]: row["state"] for row in output.of("deployment")}[5] == "success"
    assert len(pipeline.loaded.living("deployment_status")) == 2


def test_a_pull_request_that_moves_between_pages_is_not_lost(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """While pages are read one of a later page is updated: the next run has it, and no other is missing."""
    made.add("one", 7, pulls=250)
    pipeline = Pipeline(made_github, tmp_path)
    made_github.change(
        "update_pull_request",
        repository=f"{LOGIN}/one",
        number=1,
        title="Moved",
        updated_at=moment(27),
        after_path="/one/pulls$",
    )
    first = pipeline.run()
    assert len(first.of("pull_request")) == len({row["id"] for row in first.of("pull_request")}) == 249
    pipeline.run()
    titles = [row["title"] for row in pipeline.loaded.living("pull_request").values()]
    assert len(titles) == 250
    assert titles.count("Moved") == 1
