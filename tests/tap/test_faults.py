"""One bad repository, one bad answer, one early end: the rest arrives, and the next run makes it good."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sandbox.servers import TOKEN, serve_github
from tap_github_custom.documents import document
from tap_github_custom.errors import AuthenticationError, SkippedError

from .made import LOGIN, moment, touch
from .running import Loaded, Output, run_tap, selecting

if TYPE_CHECKING:
    from sandbox.servers import Server

    from .made import Made

RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
COMMAND = str(Path(sys.executable).with_name("tap-github-custom"))
HTML = "<html>Bad gateway</html>"


@pytest.fixture
def three(made: Made) -> Made:
    """Return a folder with the repositories one, two and three, whose ids are 1, 2 and 3."""
    for number, name in enumerate(("one", "two", "three"), start=1):
        made.add(name, number)
    return made


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


def of_stream(output: Output, stream: str) -> list[str]:
    """Return the rows of a stream, in an order that does not depend on who was faster."""
    return sorted(json.dumps(row, sort_keys=True) for row in output.of(stream))


PARTIAL = {
    "data": {"nodes": [None, None]},
    "errors": [{"type": "FORBIDDEN", "path": ["nodes", 0], "message": "No"}],
}
NO_DATA = {"errors": [{"message": "Something went wrong while executing your query."}]}


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 404, "body": "{}"},
        {"status": 500, "body": HTML},
        {"status": 502, "body": HTML},
        {"status": 403, "body": '{"message": "Resource not accessible by integration"}'},
        {"status": 200, "body": json.dumps(PARTIAL)},
        {"status": 200, "body": json.dumps(NO_DATA)},
        {"status": 200, "body": '{"data": null}'},
    ],
    ids=["404", "500", "502", "403", "partial", "error", "null"],
)
def test_where_graphql_fails_rest_tells_the_same(
    three: Made, made_github: Server, tmp_path: Path, fault: dict[str, Any]
) -> None:
    """Whatever becomes of GraphQL, every row comes, and is equal."""
    del three
    expected = run_tap(made_github, tmp_path, **RUN)
    made_github.add_fault(path="/graphql", times=None, **fault)
    output = run_tap(made_github, tmp_path, **RUN)
    assert output.error is None
    assert not output.skipped
    for stream in expected.streams:
        assert of_stream(output, stream) == of_stream(expected, stream)


def ask_for_pull_requests(server: Server, ids: list[str]) -> dict[str, Any]:
    """Return what GraphQL answers to the tap's question about pull requests."""
    variables = {"ids": ids, "reviews": 100, "withReviews": True, "commits": 100}
    answer = requests.post(
        f"{server.url}/graphql",
        json={"query": document("pull_requests"), "variables": variables},
        headers={"Authorization": f"Bearer {TOKEN}"},
        timeout=10,
    ).json()
    assert [node["id"] for node in answer["data"]["nodes"]] == ids
    return dict(answer)


def answer_graphql(server: Server, statement: str, answer: dict[str, Any], times: int | None = 1) -> None:
    """Let questions of a name be answered so."""
    server.add_fault(
        path="/graphql",
        statement=f"query {statement}",
        times=times,
        status=200,
        headers={"content-type": "application/json"},
        body=json.dumps(answer),
    )


@pytest.mark.parametrize("kind", ["reviews", "commits"])
@pytest.mark.parametrize("hole", ["a node", "all nodes", "the page"])
def test_where_an_answer_has_holes_rest_tells_the_same(
    made: Made, made_github: Server, tmp_path: Path, kind: str, hole: str
) -> None:
    """What GraphQL leaves out without an error is not taken for what there is, nor for a broken answer."""
    made.add("one", 1, pulls=3)
    expected = run_tap(made_github, tmp_path, **RUN)
    ids = ["PR_1003", "PR_1002", "PR_1001"]  # as the list of pull requests has them
    answer = ask_for_pull_requests(made_github, ids)
    spoilt = answer["data"]["nodes"][1]
    if hole == "a node":
        spoilt[kind]["nodes"].append(None)
    else:
        spoilt[kind] = None if hole == "the page" else {**spoilt[kind], "nodes": None}
    answer_graphql(made_github, "PullRequests", answer)
    output = run_tap(made_github, tmp_path, **RUN)
    assert not output.skipped
    for stream in expected.streams:
        assert of_stream(output, stream) == of_stream(expected, stream)
    asked = {each["path"] for each in made_github.requests()}
    assert "/repos/made/one/pulls/2/reviews" in asked


@pytest.mark.parametrize("cursor", [None, "c"])
def test_a_list_that_leads_back_to_itself_has_an_end(
    made: Made, made_github: Server, tmp_path: Path, cursor: str | None
) -> None:
    """A page that names itself as the next one is not asked for for ever: REST tells the same."""
    made.add("one", 1, pulls=1)
    expected = run_tap(made_github, tmp_path, **RUN)
    endless = {"pageInfo": {"hasNextPage": True, "endCursor": cursor}, "nodes": []}
    answer = ask_for_pull_requests(made_github, ["PR_1001"])
    answer["data"]["nodes"][0]["reviews"] = endless
    answer_graphql(made_github, "PullRequests", answer)
    answer_graphql(made_github, "MoreReviews", {"data": {"node": {"reviews": endless}}}, times=20)
    output = run_tap(made_github, tmp_path, **RUN)
    assert not output.skipped
    assert of_stream(output, "pull_request_review") == of_stream(expected, "pull_request_review")
    asked = made_github.requests()
    assert "/repos/made/one/pulls/1/reviews" in {each["path"] for each in asked}
    assert len([each for each in asked if "MoreReviews" in (each["statement"] or "")]) <= 1


def test_commits_whose_authors_graphql_leaves_open_are_asked_for(github: Server, tmp_path: Path) -> None:
    """An object that is null without an error is not nobody's commit."""
    run: dict[str, Any] = {
        "organizations": ["lantern-works"],
        "commit_source": "git",
        "catalog": selecting("commit"),
    }
    expected = run_tap(github, tmp_path / "expected", **run)
    assert any(row["author_id"] for row in expected.of("commit"))
    nothing = {"data": {"repository": {"commit0": None}, "rateLimit": {"cost": 1}}}
    answer_graphql(github, "CommitAccounts", nothing, times=None)
    output = run_tap(github, tmp_path / "output", **run)
    assert of_stream(output, "commit") == of_stream(expected, "commit")


def test_a_commit_that_github_has_lost_is_in_nobodys_way(github: Server, tmp_path: Path) -> None:
    """It is in the clone; whose its address is stays open."""
    run: dict[str, Any] = {
        "organizations": ["lantern-works"],
        "commit_source": "git",
        "catalog": selecting("commit"),
    }
    expected = run_tap(github, tmp_path / "expected", **run)
    github.add_fault(path="/graphql", statement="query CommitAccounts", times=None, status=502, body=HTML)
    github.add_fault(path="/commits/[0-9a-f]{40}", times=1, status=422, body='{"message": "No commit found"}')
    output = run_tap(github, tmp_path / "output", **run)
    assert output.skipped.keys() == expected.skipped.keys()
    assert len(output.of("commit")) == len(expected.of("commit"))


def test_a_release_waits_for_its_commit(github: Server, tmp_path: Path) -> None:
    """Where GitHub fails to say what a tag points at, the next run asks again; a tag that is gone is none."""
    run: dict[str, Any] = {"organizations": ["lantern-works"], "catalog": selecting("release")}
    expected = run_tap(github, tmp_path, **run)
    assert any(row["tag_sha"] for row in expected.of("release"))
    github.add_fault(path="/tags", times=None, status=502, body=HTML)
    github.add_fault(path="/commits/", times=None, status=502, body=HTML)
    failed = run_tap(github, tmp_path, **run, retry_seconds=0)
    assert failed.skipped.keys() > expected.skipped.keys()
    github.clear_faults()
    again = run_tap(github, tmp_path, state=failed.state, **run)
    told = {json.dumps(row, sort_keys=True) for row in (*failed.of("release"), *again.of("release"))}
    assert sorted(told) == of_stream(expected, "release")


def test_graphql_is_given_up_if_it_never_answers(made: Made, made_github: Server, tmp_path: Path) -> None:
    """Lasting 502s are not tried for each pull request, and every row comes all the same."""
    made.add("one", 7, pulls=12)
    made_github.add_fault(path="/graphql", times=None, status=502, body=HTML)
    output = run_tap(made_github, tmp_path, **RUN)
    assert len(output.of("pull_request_review")) == 12
    asked = [each for each in made_github.requests() if each["path"] == "/graphql"]
    assert len(asked) < 40


def test_questions_that_are_too_large_are_halved(made: Made, tmp_path: Path) -> None:
    """What GraphQL answers with 502 is asked for in smaller parts, and REST need not help."""
    made.add("one", 7, pulls=60)
    with serve_github(made.folder, points_per_hour=1_000_000, graphql_max_nodes=5_000) as server:
        output = run_tap(server, tmp_path, **RUN)
        assert len(output.of("pull_request_review")) == len(output.of("pull_request")) == 60
        paths = [each["path"] for each in server.requests()]
        assert [path for path in paths if path.endswith("/reviews")] == []


def test_what_the_probe_was_refused_is_read(three: Made, made_github: Server, tmp_path: Path) -> None:
    """A default branch that is null beside an error is not an empty repository."""
    del three
    node = {"nameWithOwner": "made/one", "pushedAt": None, "defaultBranchRef": None}
    repositories = {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": [node]}
    path = ["organization", "repositories", "nodes", 0, "defaultBranchRef"]
    body = {
        "data": {"organization": {"repositories": repositories}},
        "errors": [{"type": "FORBIDDEN", "path": path, "message": "Resource not accessible"}],
    }
    made_github.add_fault(path="/graphql", status=200, body=json.dumps(body))
    assert len(run_tap(made_github, tmp_path, **RUN).of("commit")) == 3


def test_a_probe_that_is_not_understood_is_no_end_of_graphql(
    three: Made, made_github: Server, tmp_path: Path
) -> None:
    """An older Enterprise Server lacks a field of it: all is read, and reviews come by GraphQL."""
    del three
    body = json.dumps({"errors": [{"message": "Field 'releases' doesn't accept argument 'orderBy'"}]})
    made_github.add_fault(path="/graphql", status=200, body=body)
    output = run_tap(made_github, tmp_path, **RUN)
    assert len(output.of("pull_request_review")) == 6
    assert not [each for each in made_github.requests() if each["path"].endswith("/reviews")]


def test_a_budget_ends_a_run_and_others_finish(made: Made, made_github: Server, tmp_path: Path) -> None:
    """Each run stops at `max_requests` with its state; together they bring what one run brings."""
    for number in range(1, 9):
        made.add(f"repository-{number}", number, pulls=3)
    expected = Loaded().load(run_tap(made_github, tmp_path, **RUN))
    loaded, state, outcomes = Loaded(), None, []
    for _ in range(12):
        made_github.clear_requests()
        output = run_tap(made_github, tmp_path, state=state, max_requests=20, **RUN)
        assert output.error is None
        assert len(made_github.requests()) <= 20
        loaded.load(output)
        state = output.state
        outcomes.append(output.summary["outcome"])
        if outcomes[-1] == "complete":
            break
    assert outcomes[-1] == "complete"
    assert len(outcomes) > 1
    for stream in expected.tables:
        assert loaded.living(stream) == expected.living(stream)


def test_a_repository_too_large_for_the_budget_does_not_starve_the_others(
    made: Made, made_github: Server, tmp_path: Path
) -> None:
    """What did not fit into the budget comes last in the next run."""
    made.add("large", 3, pulls=60)
    made.add("small", 2)
    settings = {**RUN, "use_graphql": False, "max_requests": 40}
    first = run_tap(made_github, tmp_path, **settings)
    assert whole(first) == set()
    second = run_tap(made_github, tmp_path, state=first.state, **settings)
    assert whole(second) == {"made/2"}


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


def test_a_signal_ends_the_run_with_its_state(three: Made, made_github: Server, tmp_path: Path) -> None:
    """SIGTERM while a request hangs: exit 143 at once, and STATE says what was done."""
    del three
    made_github.add_fault(path="/repos/made/two/commits", times=None, delay_seconds=30)
    config = tmp_path / "config.json"
    summary = tmp_path / "summary.json"
    settings = {**RUN, "auth_token": TOKEN, "api_url": made_github.url, "summary_path": str(summary)}
    config.write_text(json.dumps({**settings, "cache_dir": str(tmp_path), "concurrency": 1}))
    process = subprocess.Popen(
        [COMMAND, "--config", str(config)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not any("two/commits" in each["path"] for each in made_github.requests()):
        assert process.poll() is None
        time.sleep(0.1)
    asked_at = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    text, log = process.communicate(timeout=30)
    assert process.returncode == 143, log.decode()
    assert time.monotonic() - asked_at < 20, "the process waited for its threads"
    assert "made/3" in whole(Output(text))
    assert "signal 15" in json.loads(summary.read_text())["outcome"]
    assert TOKEN not in text.decode() + log.decode() + summary.read_text()
    made_github.clear_faults()


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
