"""One bad repository, one bad answer, one early end: the rest arrives, and the next run makes it good."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sandbox.github.generator.node_ids import node_id_in
from sandbox.servers import TOKEN
from tap_github_custom.errors import AuthenticationError, SkippedError

from .made import LOGIN, moment, touch
from .running import Output, run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
HTML = "<html>Bad gateway</html>"


def whole(output: Output) -> set[str]:
    """Return the keys of the repositories that have a bookmark."""
    return {key for key, bookmark in output.bookmarks.items() if "read" in bookmark}


@pytest.mark.parametrize(
    "fault",
    [
        *({"status": status, "body": '{"message": "No"}'} for status in (403, 404, 409, 410, 451, 422)),
        {"status": 500, "body": HTML},
        {"status": 200, "body": HTML},
        {"status": 200, "body": '{"message": "no list"}'},
        {"status": 200, "body": '[{"id": 1}]'},
        {"drop": True},
        {"truncate_bytes": 40, "when": "after"},
    ],
    ids=lambda fault: str(fault.get("status", next(iter(fault)))),
)
def test_a_bad_repository_is_skipped(
    three: Made, made_github: Server, tmp_path: Path, fault: dict[str, Any]
) -> None:
    """The others are read, its bookmark stays, the summary names it; later nothing is missing."""
    del three
    made_github.add_fault(path="/repos/made/two/pulls", times=None, **fault)
    output = run_tap(made_github, tmp_path, **RUN)
    assert output.error is None
    assert list(output.skipped) == ["made/two"]
    assert whole(output) == {"made/1", "made/3"}
    made_github.clear_faults()
    again = run_tap(made_github, tmp_path, state=output.state, **RUN)
    assert {row["repository_id"] for row in again.of("pull_request")} == {2}
    assert len(again.of("pull_request")) == 2


def test_an_odd_entry_in_the_list_costs_no_other(three: Made, made_github: Server, tmp_path: Path) -> None:
    """What is no repository, or lacks its node id, is named; the others are read."""
    del three
    path = "/orgs/made/repos"
    listed = requests.get(made_github.url + path, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)
    odd = {name: value for name, value in listed.json()[0].items() if name != "node_id"}
    made_github.add_fault(path=path, status=200, body=json.dumps([None, odd, *listed.json()[1:]]))
    output = run_tap(made_github, tmp_path, **RUN)
    assert output.error is None
    assert sorted(output.skipped) == ["made/?", odd["full_name"]]
    assert {row["full_name"] for row in output.of("repository")} == {"made/one", "made/two"}


@pytest.mark.parametrize("body", ["{}", "[]", "null"])
def test_an_odd_answer_for_one_repository_costs_no_other(
    three: Made, made_github: Server, tmp_path: Path, body: str
) -> None:
    """Of those that are named singly, too."""
    del three
    made_github.add_fault(path="^/repos/made/two$", status=200, body=body)
    named = ["made/one", "made/two", "made/three"]
    output = run_tap(made_github, tmp_path, repositories=named, commit_source="api")
    assert output.error is None
    assert list(output.skipped) == ["made/?"]
    assert {row["full_name"] for row in output.of("repository")} == {"made/one", "made/three"}


def test_a_list_of_commits_that_lacks_the_first_is_no_list(
    three: Made, made_github: Server, tmp_path: Path
) -> None:
    """An answer that is empty for a moment does not move the bookmark past all that there is."""
    del three
    made_github.add_fault(path="/repos/made/two/commits$", status=200, body="[]")
    output = run_tap(made_github, tmp_path, **RUN)
    assert list(output.skipped) == ["made/two"]
    again = run_tap(made_github, tmp_path, state=output.state, **RUN)
    assert {row["repository_id"] for row in again.of("commit")} == {2}


@pytest.mark.parametrize("status", [204, 502])
def test_an_organization_that_cannot_be_listed_costs_no_other(
    github: Server, tmp_path: Path, status: int
) -> None:
    """It is named, as a repository would be; the others are read."""
    run: dict[str, Any] = {"organizations": ["lantern-labs", "lantern-works"], "retry_seconds": 0}
    github.add_fault(path="^/orgs/lantern-labs/repos$", status=status, body="", times=None)
    output = run_tap(github, tmp_path, catalog=selecting("repository"), **run)
    assert output.error is None
    assert "lantern-labs/*" in output.skipped
    assert {row["owner_login"] for row in output.of("repository")} == {"lantern-works"}


def test_members_who_cannot_be_listed_are_named_as_skipped(
    three: Made, made_github: Server, tmp_path: Path
) -> None:
    """GitHub's bad moment is not a permission that is lacking; all else is read."""
    del three
    made_github.add_fault(path="/orgs/made/members", status=502, body=HTML, times=None)
    output = run_tap(made_github, tmp_path, **RUN, retry_seconds=0)
    assert output.error is None
    assert list(output.skipped) == ["made (members)"]
    assert len(output.of("pull_request")) == 6


def test_members_of_one_organization_are_enough_where_people_alone_are_wanted(
    github: Server, tmp_path: Path
) -> None:
    """Those of the other one are not all that there are; where nobody can be listed, the run has failed."""
    github.add_fault(path="/orgs/lantern-labs/members", status=502, body=HTML, times=None)
    run: dict[str, Any] = {"catalog": selecting("user_lookup"), "retry_seconds": 0}
    output = run_tap(github, tmp_path, organizations=["lantern-labs", "lantern-works"], **run)
    assert output.error is None
    assert list(output.skipped) == ["lantern-labs (members)"]
    assert {row["_source_org"] for row in output.of("user_lookup")} == {"lantern-works"}
    assert isinstance(run_tap(github, tmp_path, organizations=["lantern-labs"], **run).error, SkippedError)


def test_a_shard_without_a_repository_has_not_failed_for_an_organization_that_cannot_be_listed(
    github: Server, tmp_path: Path
) -> None:
    """There are others: they are the other workers'."""
    github.add_fault(path="^/orgs/lantern-labs/repos$", status=502, body=HTML, times=None)
    run: dict[str, Any] = {"catalog": selecting("repository", "pull_request"), "retry_seconds": 0}
    both = ["lantern-labs", "lantern-works"]
    output = run_tap(github, tmp_path, organizations=both, shard="1000/1000", **run)
    assert not output.of("repository")
    assert list(output.skipped) == ["lantern-labs/*"]
    assert output.error is None


def test_a_new_owner_without_a_credential_costs_only_its_people(
    three: Made, made_github: Server, tmp_path: Path
) -> None:
    """A repository was transferred, and is read with the credential of its former owner.

    An owner of the settings needs one in any case.
    """
    del three
    moved = {"status": 301, "body": "{}", "headers": {"Location": "/repos/made/one"}}
    made_github.add_fault(path="^/repos/former/one$", times=None, **moved)
    own = {"former": {"auth_token": TOKEN}}
    settings: dict[str, Any] = {"repositories": ["former/one"], "organization_credentials": own}
    output = run_tap(made_github, tmp_path, auth_token="", commit_source="api", **settings)
    assert output.error is None
    assert {row["repository_id"] for row in output.of("pull_request")} == {1}
    assert list(output.skipped) == ["made (members)"]
    assert "There is no credential for made" in output.skipped["made (members)"]
    alone = run_tap(
        made_github,
        tmp_path,
        auth_token="",
        organizations=[LOGIN],
        organization_credentials=own,
        catalog=selecting("user_lookup"),
    )
    assert isinstance(alone.error, AuthenticationError)


def test_a_skipped_repository_can_be_a_failure(three: Made, made_github: Server, tmp_path: Path) -> None:
    """With `on_repository_error: fail` the others are read, and the exit code is the chosen one."""
    del three
    made_github.add_fault(path="/repos/made/two/pulls", times=None, status=451, body="{}")
    settings = {**RUN, "on_repository_error": "fail", "error_exit_code": 17}
    output = run_tap(made_github, tmp_path, **settings)
    assert isinstance(output.error, SkippedError)
    assert output.error.exit_code == 17
    assert whole(output) == {"made/1", "made/3"}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502, "body": HTML, "times": 1},
        {"status": 429, "headers": {"Retry-After": "1"}, "body": "{}", "times": 1},
        {"truncate_bytes": 40, "when": "after", "times": 1},
        {"drop": True, "times": 1},
    ],
    ids=["502", "429", "truncated", "dropped"],
)
def test_a_bad_moment_costs_nothing(
    three: Made, made_github: Server, tmp_path: Path, fault: dict[str, Any]
) -> None:
    """What passes is tried again, whichever request it hits."""
    del three
    for path in ("/orgs/made/repos", "/repos/made/one/pulls", "/graphql", "/repos/made/two/commits"):
        made_github.add_fault(path=path, **fault)
    output = run_tap(made_github, tmp_path, **RUN, retry_seconds=20)
    assert output.error is None
    assert not output.skipped
    assert len(output.of("pull_request")) == 6


def test_a_release_waits_for_its_commit(github: Server, tmp_path: Path) -> None:
    """Where GitHub fails to say what a tag points at, the next run asks again; a tag that is gone is none."""
    run: dict[str, Any] = {"organizations": ["lantern-works"], "catalog": selecting("release")}
    expected = run_tap(github, tmp_path, **run)
    assert any(row["tag_sha"] for row in expected.of("release"))
    github.add_fault(path="/tags", times=None, status=502, body=HTML)
    github.add_fault(path="/git/ref/tags/", times=None, status=502, body=HTML)
    failed = run_tap(github, tmp_path, **run, retry_seconds=0)
    assert failed.skipped.keys() > expected.skipped.keys()
    github.clear_faults()
    again = run_tap(github, tmp_path, state=failed.state, **run)
    told = {json.dumps(row, sort_keys=True) for row in (*failed.of("release"), *again.of("release"))}
    assert sorted(told) == expected.in_order("release")


def test_a_crash_at_the_last_repository_keeps_the_other_bookmarks(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """A token that ends for good ends the run, with the state of what was done."""
    for number in range(1, 6):
        made.add(f"repository-{number}", number)
    path = "/repos/made/repository-1/pulls"  # GitHub lists the newest first
    made_github.add_fault(path=path, times=None, status=401, body='{"message": "Bad credentials"}')
    output = run_tap(made_github, tmp_path, **RUN)
    assert isinstance(output.error, AuthenticationError)
    assert whole(output) == {f"made/{number}" for number in range(2, 6)}
    assert output.summary["outcome"].startswith("failed")
    (told,) = (message["x-run-summary"] for message in output.messages if "x-run-summary" in message)
    assert told["outcome"] == output.summary["outcome"]


def test_a_repository_that_slips_between_pages_comes_with_the_next_run(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """One of the first page is deleted while the list is read: whoever moves up is read whole later."""
    for number in range(1, 103):
        made.add(f"repository-{number:03}", number, pulls=1)
    path = "/orgs/made/repos"
    made_github.change("delete_repository", repository="made/repository-102", after_path=path)
    first = run_tap(made_github, tmp_path, **RUN)
    (missed,) = set(range(1, 103)) - {row["id"] for row in first.of("repository")}
    second = run_tap(made_github, tmp_path, state=first.state, **RUN)
    assert {row["repository_id"] for row in second.of("pull_request")} == {missed}
    assert {row["repository_id"] for row in second.of("commit")} == {missed}


def test_a_name_that_another_repository_has_taken_brings_no_row_of_it(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """Renamed while the run goes on, its name given to another: it is skipped, and read by the next run."""
    made.add("app", 1, pulls=3)
    made.add("next", 2)
    for name, new_name in (("app", "former"), ("next", "app")):
        path = "/orgs/made/repos"
        made_github.change("rename_repository", repository=f"{LOGIN}/{name}", name=new_name, after_path=path)
    first = run_tap(made_github, tmp_path, **RUN)
    assert list(first.skipped) == [f"{LOGIN}/app"]
    assert {row["repository_id"] for row in first.of("pull_request") + first.of("commit")} == {2}
    second = run_tap(made_github, tmp_path, state=first.state, **RUN)
    assert {row["id"] for row in second.of("pull_request")} == {1_001, 1_002, 1_003}
    assert not second.skipped


@pytest.mark.parametrize(("stream", "kind"), [("deployment", "deployments"), ("release", "releases")])
def test_a_taken_name_brings_no_deployment_and_no_release(
    made: Made, made_github: Server, tmp_path: Path, stream: str, kind: str
) -> None:
    """They do not say whose they are, as pull requests do, but by their node ids."""
    times = {name: moment(5) for name in ("created_at", "updated_at", "published_at")}
    what: dict[str, Any] = {
        "tag_name": "v1",
        "draft": True,
        "prerelease": False,
        "name": "One",
        "author": None,
    }
    for repository, name in ((1, "app"), (2, "next")):
        made.add(name, repository, pulls=0)
        row = {"id": 10 * repository, "node_id": node_id_in(repository, "DE", 10 * repository)}
        made.put(name, kind, [{**row, **what, **times, "environment": "production", "creator": None}])
    for name, new_name in (("app", "former"), ("next", "app")):
        path = "/orgs/made/repos"
        made_github.change("rename_repository", repository=f"{LOGIN}/{name}", name=new_name, after_path=path)
    run = {**RUN, "catalog": selecting("repository", stream)}
    first = run_tap(made_github, tmp_path, **run)
    assert list(first.skipped) == [f"{LOGIN}/app"]
    assert [(row["id"], row["repository_id"]) for row in first.of(stream)] == [(20, 2)]
    second = run_tap(made_github, tmp_path, state=first.state, **run)
    assert [(row["id"], row["repository_id"]) for row in second.of(stream)] == [(10, 1)]


def test_state_is_small_beside_records(made: Made, made_github: Server, tmp_path: Path) -> None:
    """With many repositories STATE takes less than a tenth of what records take, and is still written."""
    for number in range(1, 201):
        made.add(f"repository-{number:03}", number, pulls=5)
    output = run_tap(made_github, tmp_path, **RUN)
    lines = output.text.splitlines()
    states = [line for line in lines if line.startswith(b'{"type":"STATE"')]
    records = [line for line in lines if line.startswith(b'{"type":"RECORD"')]
    assert sum(map(len, states)) * 10 < sum(map(len, records))
    assert len(states) > 1
    with made.lines("repository-200", "pulls") as pulls:
        touch(pulls[0], moment(25))
    again = run_tap(made_github, tmp_path, state=output.state, **RUN)
    assert {row["repository_id"] for row in again.of("pull_request")} == {200}
