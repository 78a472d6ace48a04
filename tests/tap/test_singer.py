"""The tap as a Singer plugin: catalog, selection, maps, schemas, its own commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from graphql import parse, validate
from sandbox.servers import TOKEN
from tap_github_custom.documents import commit_accounts_document, document
from tap_github_custom.streams import STREAMS

from tests.github_schema import published_schema

from .made import LOGIN, Made
from .running import run_tap, selecting

if TYPE_CHECKING:
    from sandbox.servers import Server

COMMAND = str(Path(sys.executable).with_name("tap-github-custom"))
RUN: dict[str, Any] = {"organizations": [LOGIN], "commit_source": "api"}
NAMES = {str(vars(stream)["name"]) for stream in STREAMS}
DOCUMENTS = Path(sys.modules[document.__module__].__file__ or "").parent / "graphql"
OPERATIONS = [path.stem for path in sorted(DOCUMENTS.glob("*.graphql")) if not path.stem.endswith("_fields")]
# Column by column what the raw tables hold, less what the loader adds.
COLUMNS = {
    "repository": (
        "id node_id name full_name owner_login private visibility fork archived default_branch "
        "language topics html_url created_at updated_at pushed_at"
    ),
    "pull_request": (
        "id node_id number repository_id repository_full_name title body state draft locked "
        "html_url author_association user_id user_login user_type base_ref base_sha "
        "default_branch head_ref head_sha head_repository_id merged merged_at merged_by_id "
        "merged_by_login merge_commit_sha created_at updated_at closed_at additions deletions "
        "changed_files commits comments review_comments labels assignees requested_reviewers "
        "requested_teams milestone auto_merge"
    ),
    "pull_request_review": (
        "id node_id pull_request_id pull_request_number repository_id user_id user_login "
        "user_type state body commit_sha submitted_at author_association html_url"
    ),
    "pull_request_commit": (
        "pull_request_id pull_request_number repository_id commit_sha position authored_at committed_at"
    ),
    "commit": (
        "sha repository_id repository_full_name message author_id author_login author_name "
        "author_email authored_at committer_login committed_at parent_shas parent_count additions "
        "deletions"
    ),
    "commit_file": (
        "repository_id repository_full_name commit_sha filename previous_filename status "
        "additions deletions changes blob_sha author_login authored_at committed_at parent_count "
        "files_truncated"
    ),
    "user_lookup": (
        "github_login github_user_id github_type name email ldap team title manager_ldap "
        "is_active match_method updated_at"
    ),
    "deployment": (
        "id repository_id sha ref task environment production_environment transient_environment "
        "creator_login created_at updated_at state succeeded_at"
    ),
    "deployment_status": ("id deployment_id repository_id state environment creator_login created_at"),
    "release": ("id repository_id tag_name tag_sha name draft prerelease created_at published_at"),
    "milestone": (
        "id repository_id number title description state creator_login open_issues closed_issues due_on "
        "created_at updated_at closed_at"
    ),
}


@pytest.fixture
def one(made: Made, made_github: Server) -> Server:
    """Return a server with one repository of two pull requests."""
    made.add("one", 7)
    return made_github


def command(*arguments: str, config: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the command of the tap with a configuration file."""
    path = folder / "config.json"
    path.write_text(json.dumps(config), encoding="utf-8")
    return subprocess.run(
        [COMMAND, "--config", str(path), *arguments], capture_output=True, text=True, check=False, timeout=120
    )


def columns_of(stream: str) -> list[str]:
    """Return the columns of a stream, that of the organisation included."""
    return [*COLUMNS[stream].split(), "_source_org"]


def test_the_streams_are_the_raw_tables() -> None:
    """Every stream has the columns and the key that are documented, in their order."""
    catalog = {entry["stream"]: entry for entry in selecting()["streams"]}
    assert sorted(catalog) == sorted(COLUMNS)
    for stream, entry in catalog.items():
        assert list(entry["schema"]["properties"]) == columns_of(stream)
        assert entry["key_properties"][0] == "_source_org"


def test_every_record_has_every_column(one: Server, tmp_path: Path) -> None:
    """No row leaves a column out, and none has one too many."""
    output = run_tap(one, tmp_path, **RUN)
    for stream in output.streams:
        for row in output.of(stream):
            assert sorted(row) == sorted(columns_of(stream))


def test_patches_are_a_column_on_request(one: Server, tmp_path: Path) -> None:
    """`patch` adds one column, and reads commits again that were read without."""
    first = run_tap(one, tmp_path, **RUN)
    second = run_tap(one, tmp_path, state=first.state, patch=True, **RUN)
    (row,) = second.of("commit_file")
    assert sorted(row) == sorted([*columns_of("commit_file"), "patch"])


@pytest.mark.parametrize(
    "selected",
    [
        ["pull_request_review"],
        ["repository"],
        ["commit_file", "release"],
        ["user_lookup"],
        ["pull_request", "pull_request_commit"],
    ],
    ids=" and ".join,
)
def test_only_what_is_selected_comes(one: Server, tmp_path: Path, selected: list[str]) -> None:
    """A child without its parent, a parent without its children: exactly the selected streams are told."""
    output = run_tap(one, tmp_path, catalog=selecting(*selected), **RUN)
    assert output.error is None
    assert output.streams == set(selected) - {"release"}
    assert set(output.keys) == set(selected)


def test_deselected_properties_stay_away(one: Server, tmp_path: Path) -> None:
    """Neither SCHEMA nor RECORD has them."""
    catalog = selecting("pull_request", without=["pull_request.body", "pull_request.labels"])
    output = run_tap(one, tmp_path, catalog=catalog, **RUN)
    gone = {"body", "labels"}
    assert all(not gone & row.keys() for row in output.of("pull_request"))
    schemas = [message["schema"] for message in output.messages if message["type"] == "SCHEMA"]
    assert all(not gone & schema["properties"].keys() for schema in schemas)


def test_a_catalog_of_an_earlier_version_is_told_of(
    one: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """What it does not know stays away, though nobody left it out: that may go unseen for long."""
    catalog = selecting("pull_request")
    run_tap(one, tmp_path, catalog=catalog, **RUN)
    assert "catalog" not in caplog.text
    catalog["streams"] = [each for each in catalog["streams"] if each["tap_stream_id"] != "release"]
    (known,) = (each for each in catalog["streams"] if each["tap_stream_id"] == "pull_request")
    del known["schema"]["properties"]["title"]
    known["metadata"] = [each for each in known["metadata"] if each["breadcrumb"][-1:] != ["title"]]
    output = run_tap(one, tmp_path, catalog=catalog, **RUN)
    (schema,) = (each["schema"] for each in output.messages if each["type"] == "SCHEMA")
    assert "title" not in schema["properties"]
    assert "The catalog does not know pull_request.title, release, so they do not arrive." in caplog.text


def test_stream_maps_change_rows_and_end_complete_sets(one: Server, tmp_path: Path) -> None:
    """A map may rename what a set is known by, so a mapped stream announces none."""
    maps = {"pull_request_review": {"body": "__NULL__", "shout": "state.upper()"}}
    output = run_tap(one, tmp_path, stream_maps=maps, **RUN)
    assert [row["shout"] for row in output.of("pull_request_review")] == ["APPROVED", "APPROVED"]
    assert not output.complete_sets("pull_request_review")
    assert output.complete_sets("pull_request_commit") == {7001, 7002}


def test_complete_sets_repeat_the_same_schema(one: Server, tmp_path: Path) -> None:
    """Every SCHEMA of a stream is equal, but for the list of the sets that are complete now."""
    output = run_tap(one, tmp_path, **RUN)
    for stream in ("pull_request_review", "pull_request_commit"):
        messages = [each for each in output.messages if each["type"] == "SCHEMA" and each["stream"] == stream]
        assert len(messages) > 1
        bare = [
            {name: value for name, value in each.items() if name != "x-complete-sets"} for each in messages
        ]
        assert all(each == bare[0] for each in bare)
        assert bare[0]["schema"]["x-complete-set-of"] == ["_source_org", "pull_request_id"]


@pytest.mark.parametrize("name", OPERATIONS)
def test_documents_are_good_graphql(name: str) -> None:
    """Every query is valid by GitHub's published schema."""
    assert not validate(published_schema(), parse(document(name)))


def test_the_query_for_accounts_is_good_graphql() -> None:
    """So is the one that is put together for as many commits as there are."""
    assert not validate(published_schema(), parse(commit_accounts_document(3)))


def test_discovery_needs_no_network(tmp_path: Path) -> None:
    """`--discover` prints all streams without asking anybody."""
    config = {"auth_token": TOKEN, "organizations": [LOGIN], "api_url": "http://127.0.0.1:9"}
    done = command("--discover", config=config, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    streams = [entry["stream"] for entry in json.loads(done.stdout)["streams"]]
    assert sorted(streams) == sorted(NAMES)


def test_the_test_command_reads_a_record_of_each_stream(one: Server, tmp_path: Path) -> None:
    """`--test` ends well, soon, and writes no state of what it did not read."""
    config = {**RUN, "auth_token": TOKEN, "api_url": one.url, "cache_dir": str(tmp_path)}
    done = command("--test", config=config, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    records = [line for line in done.stdout.splitlines() if '"type":"RECORD"' in line]
    assert len(records) <= len(STREAMS)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({}, "organizations"),
        ({"organizations": ["made"], "shard": "5/4"}, "shard"),
        ({"organizations": ["made"], "reconcile": "daily"}, "reconcile"),
        ({"organizations": ["nobody"]}, "nobody"),
        ({"organizations": ["made"], "auth_token": "ghp_Nobody"}, "auth_token"),
        ({"organizations": ["made"], "api_url": "http://127.0.0.1:9"}, "api_url"),
        ({"organizations": ["made"], "api_url": "http://[::1"}, "api_url"),
        ({"organizations": ["made"], "error_exit_code": 256}, "error_exit_code is 256"),
        ({"organizations": ["made"], "concurrency": 1_000_000}, "concurrency is 1000000"),
        ({"organizations": ["made"], "cache_dir": "~nobody-of-that-name/x"}, "cache_dir"),
        ({"organizations": ["made"], "start_date": "0001-01-01T00:00:00+02:00"}, "start_date"),
    ],
)
def test_a_bad_setting_gets_one_sentence(
    one: Server, tmp_path: Path, config: dict[str, Any], sentence: str
) -> None:
    """It names the setting; nothing secret is in it, and no trace."""
    given = {"auth_token": TOKEN, "api_url": one.url, **config}
    done = command(config=given, folder=tmp_path)
    assert done.returncode == 1
    (error,) = [line for line in done.stderr.splitlines() if "ERROR" in line.upper()]
    assert sentence in error
    assert "Traceback" not in done.stderr
    assert given["auth_token"] not in done.stderr + done.stdout
    assert '"RECORD"' not in done.stdout


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("", "is no JSON"),
        ('{"bookmarks": {', "is no JSON"),
        ("[]", "is no JSON object"),
        ('{"type": "STATE", "value": {"bookmarks": {}}}', "only its value is a state"),
        ('{"bookmarks": "x"}', "no object as 'bookmarks'"),
        ('{"bookmarks": {"repository": "x"}}', "no object as 'repository'"),
        ('{"bookmarks": {"repository": {"repositories": [1]}}}', "no object as 'repositories'"),
        ('{"bookmarks": {"repository": {"repositories": null}}}', "no object as 'repositories'"),
        ('{"bookmarks": {"repository": {"stream_sets": []}}}', "no object as 'stream_sets'"),
        ('{"bookmarks": {"repository": {"bots": "x"}}}', "no object as 'bots'"),
    ],
)
def test_a_state_that_is_none_gets_one_sentence(
    one: Server, tmp_path: Path, state: str, sentence: str
) -> None:
    """It says what to do; nothing is read from the start without a word."""
    path = tmp_path / "state.json"
    path.write_text(state, encoding="utf-8")
    config = {**RUN, "auth_token": TOKEN, "api_url": one.url}
    done = command("--state", str(path), config=config, folder=tmp_path)
    assert done.returncode == 1
    (error,) = [line for line in done.stderr.splitlines() if "ERROR" in line.upper()]
    assert sentence in error
    assert "Unexpected" not in error
    assert '"RECORD"' not in done.stdout


def test_a_summary_that_cannot_be_written_does_not_hide_how_a_run_ended(one: Server, tmp_path: Path) -> None:
    """Alone it is a failure; where another came first, that one decides on the exit code."""
    config = {**RUN, "auth_token": TOKEN, "api_url": one.url, "summary_path": "/dev/null/summary.json"}
    done = command(config=config, folder=tmp_path)
    assert done.returncode == 1
    assert "summary_path" in done.stderr
    assert '"STATE"' in done.stdout
    settings = {"repositories": ["made/nothing"], "on_repository_error": "fail", "error_exit_code": 9}
    done = command(config={**config, **settings}, folder=tmp_path)
    assert done.returncode == 9
    assert "summary_path" in done.stderr


def test_secrets_are_in_no_output(one: Server, tmp_path: Path) -> None:
    """Neither messages, logs of every level, the summary, clones nor `--about` hold the token."""
    summary = tmp_path / "summary.json"
    config = {**RUN, "auth_token": TOKEN, "api_url": one.url, "cache_dir": str(tmp_path / "cache")}
    done = command(config={**config, "summary_path": str(summary), "commit_source": "auto"}, folder=tmp_path)
    about = command("--about", "--format=json", config=config, folder=tmp_path)
    assert done.returncode == about.returncode == 0
    kept = [path.read_bytes() for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    for text in (done.stdout, done.stderr, about.stdout, about.stderr, summary.read_text(), str(kept)):
        assert TOKEN not in text


def test_four_shards_make_one_whole(made: Made, made_github: Server, tmp_path: Path) -> None:
    """Each repository belongs to one worker; rows and bookmarks add up; people are told once."""
    for number in range(1, 14):
        made.add(f"repository-{number}", number)
    expected = run_tap(made_github, tmp_path, **RUN)
    shards = [run_tap(made_github, tmp_path, shard=f"{number}/4", **RUN) for number in range(1, 5)]
    for stream in expected.streams:
        told = [json.dumps(row, sort_keys=True) for shard in shards for row in shard.of(stream)]
        assert sorted(told) == sorted(json.dumps(row, sort_keys=True) for row in expected.of(stream))
    keys = [key for shard in shards for key in shard.bookmarks]
    assert len(keys) == len(set(keys)) == 13
    assert sum(len(shard.of("user_lookup")) > 0 for shard in shards) == 1


def test_the_last_state_tells_the_target_what_the_run_did(one: Server, tmp_path: Path) -> None:
    """As a further key, which other targets leave alone: no stream of its own that they would load."""
    output = run_tap(one, tmp_path, organizations=[LOGIN])
    told = [message.get("x-run-summary", {}) for message in output.messages if message["type"] == "STATE"]
    assert [each for each in told if each] == told[-1:]
    spent = [each for resources in output.summary["usage"].values() for each in resources.values()]
    sums = {name: sum(each[name] for each in spent) for name in ("requests", "points", "waits")}
    assert sums["requests"] == len([entry for entry in one.requests() if ".git" not in entry["path"]])
    assert sums.items() <= told[-1].items()
    assert output.summary.items() <= told[-1].items()
    assert (told[-1]["plugin"], told[-1]["skipped"]) == ("tap-github-custom", [])
    assert told[-1]["rows"].keys() == NAMES


def test_the_summary_adds_up(one: Server, tmp_path: Path) -> None:
    """Rows, repositories and requests of the summary are those that were seen."""
    output = run_tap(one, tmp_path, **RUN)
    summary = output.summary
    assert summary["rows"] == {name: len(output.of(name)) for name in NAMES}
    assert summary["outcome"] == "complete"
    assert summary["repositories"] == {"read": 1, "unchanged": 0, "skipped": []}
    spent = summary["usage"][LOGIN]
    log = one.requests()
    assert spent["core"]["requests"] + spent["graphql"]["requests"] == len(log)
    assert spent["core"]["points"] + spent["graphql"]["points"] == sum(each["points"] for each in log)
    assert set(summary["users"][LOGIN]) >= {"logins", "matched", "unmatched"}
