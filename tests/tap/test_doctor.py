"""The doctor says of each thing that a run needs whether it is right, or what mends it."""

from __future__ import annotations

import json
import signal
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sandbox.servers import TOKEN, serve_github
from tap_github_custom.cli import doctor, main
from tap_github_custom.git.version import check_git

from .credentials.test_whole_runs import APP_ID, PEM, PUBLIC_PEM
from .made import LOGIN

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

    from .made import Made

ORGANIZATION = "lantern-works"
SECRET = "s3cret-of-the-test"  # noqa: S105 - it must not be printed
OF_MACHINE = ["settings", "network", "clock", "credential", "git", "cache folder"]
OF_ORGANIZATION = [
    *(f"{what} for {ORGANIZATION}" for what in ("credential", "rate limit")),
    f"organisation {ORGANIZATION}",
    *(f"{what} for {ORGANIZATION}" for what in ("permissions", "GraphQL")),
    f"clones of {ORGANIZATION}",
]


@dataclass(frozen=True)
class Report:
    """What the doctor printed, and its exit code."""

    output: str
    exit_code: int

    def of(self, verdict: str) -> dict[str, str]:
        """Return the texts of the lines with a verdict, by check."""
        lines = [line.split(maxsplit=1) for line in self.output.splitlines()]
        pairs = (rest.split(": ", 1) for word, rest in lines if word == verdict)
        return dict(pairs)


def diagnose(github: Server, folder: Path, **config: Any) -> Report:
    """Run the command."""
    path = folder / "config.json"
    settings = {
        "auth_token": TOKEN,
        "api_url": github.url,
        "organizations": [ORGANIZATION],
        "cache_dir": str(folder / "cache"),
        **config,
    }
    path.write_text(json.dumps(settings), encoding="utf-8")
    result = CliRunner().invoke(doctor, ["--config", str(path)], catch_exceptions=False)
    assert SECRET not in result.output
    assert TOKEN not in result.output
    return Report(result.stdout, result.exit_code)


def test_all_is_right(github: Server, tmp_path: Path) -> None:
    """A line for each check, in an order of its own, for a handful of points; nothing waits."""
    report = diagnose(github, tmp_path)
    assert list(report.of("right")) == [*OF_MACHINE, *OF_ORGANIZATION]
    assert len(report.output.splitlines()) == len(OF_MACHINE) + len(OF_ORGANIZATION)
    assert report.exit_code == 0
    assert report.of("right")[f"organisation {ORGANIZATION}"].startswith("8 repositories")
    assert sum(entry["points"] or 0 for entry in github.requests()) <= 6


@pytest.mark.parametrize(
    ("config", "wrong", "mended_by"),
    [
        ({"organizations": []}, "settings", "organizations"),
        ({"start_date": "yesterday"}, "settings", "start_date"),
        ({"lookback_days": -1}, "settings", "lookback_days"),
        ({"auth_token": ""}, "credential", "set auth_token"),
        ({"auth_token": "", "app_id": 1, "private_key_path": "none.pem"}, "credential", "none.pem"),
        ({"auth_token": "", "app_id": 1, "private_key": SECRET}, "credential", "private_key"),
        ({"auth_token": SECRET}, f"credential for {ORGANIZATION}", "make a new token"),
        ({"auth_tokens": [SECRET]}, f"credential for {ORGANIZATION}", "auth_token 2"),
        ({"api_url": "ftp://host"}, "network", "api_url"),
        ({"api_url": "http://127.0.0.1:9"}, "network", "api_url"),
        ({"organizations": ["nobody"]}, "organisation nobody", "correct organizations"),
        ({"repositories": ["none/none"]}, "repository none/none", "correct repositories"),
        ({"rate_limit_reserve": 999_999_999}, f"rate limit for {ORGANIZATION}", "lower the reserve"),
        ({"cache_dir": "/dev/null/cache"}, "cache folder", "set cache_dir"),
        ({"user_mapping_file": "none.csv"}, "mapping file", "none.csv"),
    ],
)
def test_a_wrong_setting_is_named(
    github: Server, tmp_path: Path, config: dict[str, Any], wrong: str, mended_by: str
) -> None:
    """It alone is wrong; what hangs on it is unknown, and what does not is looked at all the same."""
    report = diagnose(github, tmp_path, **config)
    assert list(report.of("wrong")) == [wrong]
    assert mended_by in report.of("wrong")[wrong]
    assert report.exit_code == 1
    others = {"network", "clock", "credential", "git", "settings"} - {wrong}
    others -= {"clock"} if wrong == "network" else set()
    assert others <= report.of("right").keys()


@pytest.mark.parametrize(
    ("fault", "wrong", "mended_by"),
    [
        ({"path": "/rate_limit$", "drop": True}, "network", "api_url"),
        ({"path": "/rate_limit$", "status": 502, "body": "<html>"}, "network", "502"),
        ({"path": "/rate_limit$", "status": 200, "body": "<html>"}, "network", "/api/v3"),
        ({"path": "/commits$", "status": 403, "body": "{}"}, "permissions", "contents"),
        ({"path": "/commits$", "status": 451, "body": "{}"}, "permissions", "contents"),
        ({"path": "/orgs/.*/repos$", "status": 200, "body": "[]"}, "organisation", "access"),
        ({"path": "/graphql$", "status": 502, "body": "<html>"}, "GraphQL", "502"),
        ({"path": "/info/refs", "status": 503}, "clones", "503"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_fault_of_github_is_told(
    github: Server, tmp_path: Path, fault: dict[str, Any], wrong: str, mended_by: str
) -> None:
    """Whatever GitHub, or something on the way to it, does not do."""
    html = {"headers": {"content-type": "text/html"}} if fault.get("body") == "<html>" else {}
    github.add_fault(times=None, **html, **fault)
    found = diagnose(github, tmp_path).of("wrong")
    assert [name.split()[0] for name in found] == [wrong]
    assert mended_by in next(iter(found.values()))


def test_an_organisation_that_cannot_be_seen_is_no_user(github: Server, tmp_path: Path) -> None:
    """GitHub lists an organisation's public repositories as a user's, too."""
    public = json.dumps([{"full_name": f"{ORGANIZATION}/cli"}])
    github.add_fault(path="/orgs/.*/repos$", status=404, body='{"message": "Not Found"}', times=None)
    github.add_fault(path="/users/.*/repos$", status=200, body=public, times=None)
    found = diagnose(github, tmp_path).of("wrong")
    assert list(found) == [f"organisation {ORGANIZATION}"]
    assert "it is of type Organization" in found[f"organisation {ORGANIZATION}"]


def test_whose_own_the_token_is_has_private_repositories_seen(github: Server, tmp_path: Path) -> None:
    """As in a run: GitHub lists a user's public ones to everybody else."""
    ada = json.dumps({"login": "ada", "type": "User"})
    github.add_fault(path="^/user$", status=200, body=ada, times=None)
    github.add_fault(path="^/users/ada$", status=200, body=ada, times=None)
    private = json.dumps([{"full_name": "ada/private"}])
    github.add_fault(path="^/user/repos$", status=200, body=private, times=None)
    found = diagnose(github, tmp_path, organizations=["ada"]).of("right")
    assert found["organisation ada"] == "1 repositories of the user are seen"


def test_an_empty_repository_is_no_lack(github: Server, tmp_path: Path) -> None:
    """Its commits are answered by 409."""
    github.add_fault(path="/commits$", status=409, body='{"message": "Git Repository is empty."}')
    assert diagnose(github, tmp_path).exit_code == 0


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_wrong_clock(github: Server, tmp_path: Path, hours: int) -> None:
    """GitHub's Date says so."""
    date = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    headers = {"Date": date, "content-type": "application/json"}
    github.add_fault(path="/rate_limit$", status=200, headers=headers, body="{}")
    found = diagnose(github, tmp_path).of("wrong")
    assert list(found) == ["clock"]
    assert ("behind" if hours > 0 else "ahead of") in found["clock"]


@pytest.mark.parametrize("lack", ["contents", "pull_requests", "deployments", "members"])
def test_a_permission_that_one_of_two_tokens_lacks(github: Server, tmp_path: Path, lack: str) -> None:
    """It would show by chance only, in the middle of a run."""
    github.add_token("lacking", lacks=[lack])
    found = diagnose(github, tmp_path, auth_tokens=["lacking"]).of("wrong")
    assert list(found) == [f"permissions for {ORGANIZATION}"]
    (text,) = found.values()
    assert f"auth_token 2 lacks {lack}" in text
    assert "auth_token 1" not in text


@pytest.mark.parametrize(("held", "missing"), [(["repo"], "read:org"), (["read:org"], "repo")])
def test_a_classic_token_without_a_scope(
    github: Server, tmp_path: Path, held: list[str], missing: str
) -> None:
    """GitHub answers it with less, not with a refusal."""
    config = {"auth_token": "classic"}
    github.add_token("classic", scopes=held)
    (text,) = diagnose(github, tmp_path, **config).of("wrong").values()
    assert f"auth_token lacks the scope {missing}" in text


def test_a_fine_grained_token_for_several_owners(github: Server, tmp_path: Path) -> None:
    """It may do for public repositories; private ones of all owners but one would be missing in silence."""
    two = [ORGANIZATION, "lantern-labs"]
    own = {"lantern-labs": {"auth_token": "github_pat_labs"}}
    for token in ("github_pat_works", "github_pat_labs", "classic"):
        github.add_token(token)
    one = {"auth_token": "github_pat_works"}
    shared = diagnose(github, tmp_path, organizations=two, **one)
    text = shared.of("unknown")["owners of tokens"]
    assert f"auth_token ({', '.join(two)})" in text
    assert "organization_credentials" in text
    assert "github_pat_" not in shared.output
    for config in (
        {**one, "organization_credentials": own},
        {"auth_token": "classic"},
    ):
        assert "owners of tokens" in diagnose(github, tmp_path, organizations=two, **config).of("right")


def test_a_limit_that_is_used_up(github: Server, tmp_path: Path) -> None:
    """It is told at once, with the time at which it ends; the doctor does not wait for that."""
    config = {"auth_token": "poor"}
    github.add_token("poor", points_per_hour=0)
    found = diagnose(github, tmp_path, **config).of("wrong")
    assert "0 of 0 points of REST left" in found[f"rate limit for {ORGANIZATION}"]
    assert "UTC" in found[f"rate limit for {ORGANIZATION}"]
    assert "wait" in found[f"organisation {ORGANIZATION}"]


def test_a_host_without_limits_and_without_graphql(small: Path, tmp_path: Path) -> None:
    """An Enterprise Server may have neither; only the latter costs more."""
    with serve_github(small, limited=False, graphql=False) as server:
        report = diagnose(server, tmp_path, api_url=f"{server.url}/api/v3")
        assert list(report.of("wrong")) == [f"GraphQL for {ORGANIZATION}"]
        assert "use_graphql" in report.of("wrong")[f"GraphQL for {ORGANIZATION}"]
        assert diagnose(server, tmp_path, use_graphql=False).exit_code == 0


def test_an_app(github: Server, tmp_path: Path) -> None:
    """Its key signs, its installation is found; where it is not installed, that is said."""
    app = {"auth_token": "", "app_id": APP_ID, "private_key": PEM}
    github.register_app(APP_ID, PUBLIC_PEM, not_installed=["lantern-labs"])
    assert diagnose(github, tmp_path, **app).exit_code == 0
    found = diagnose(github, tmp_path, organizations=["lantern-labs"], **app).of("wrong")
    assert list(found) == ["credential for lantern-labs"]
    assert "install it" in found["credential for lantern-labs"]


@pytest.mark.parametrize("path", ["/rate_limit$", "/commits$", "/graphql$"])
def test_an_app_s_token_that_not_all_of_github_knows_yet(github: Server, tmp_path: Path, path: str) -> None:
    """It was made a moment ago, so it is shown again, as in a run."""
    github.register_app(APP_ID, PUBLIC_PEM)
    nth = 2 if path == "/rate_limit$" else 1  # the first is without a credential
    github.add_fault(path=path, nth=nth, times=2, status=401, body='{"message": "Bad credentials"}')
    report = diagnose(github, tmp_path, auth_token="", app_id=APP_ID, private_key=PEM)
    assert report.of("wrong") == {}
    assert report.exit_code == 0


def test_a_repository_that_was_renamed(github: Server, tmp_path: Path) -> None:
    """The setting still works, but names something else one day."""
    moved = {"location": f"{github.url}/repos/{ORGANIZATION}/platform"}
    github.add_fault(path=f"/repos/{ORGANIZATION}/former$", status=301, headers=moved, times=None)
    name = f"{ORGANIZATION}/former"
    found = diagnose(github, tmp_path, organizations=[], repositories=[name]).of("wrong")
    assert found == {
        f"repository {name}": f"it is {ORGANIZATION}/platform now: change the setting repositories."
    }


def test_a_machine_without_git(github: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits could be read over REST instead."""
    monkeypatch.setenv("PATH", str(tmp_path))
    check_git.cache_clear()
    found = diagnose(github, tmp_path).of("wrong")
    assert list(found) == ["git", f"clones of {ORGANIZATION}"]
    assert "commit_source to api" in found["git"]
    assert diagnose(github, tmp_path, commit_source="api").exit_code == 0


def test_the_command_reads_the_environment(
    github: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As Meltano gives it: what is of the wrong type is told."""
    monkeypatch.setenv("TAP_GITHUB_CUSTOM_AUTH_TOKEN", TOKEN)
    monkeypatch.setenv("TAP_GITHUB_CUSTOM_API_URL", github.url)
    monkeypatch.setenv("TAP_GITHUB_CUSTOM_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("TAP_GITHUB_CUSTOM_ORGANIZATIONS", f'["{ORGANIZATION}"]')
    monkeypatch.setattr(sys, "argv", ["tap-github-custom", "doctor"])
    codes = []
    for days in ("3", "x"):
        monkeypatch.setenv("TAP_GITHUB_CUSTOM_LOOKBACK_DAYS", days)
        with pytest.raises(SystemExit) as ended:
            main()
        codes.append(ended.value.code)
    assert codes == [0, 1]
    assert "wrong    settings: The setting lookback_days must be a whole number" in capsys.readouterr().out


@pytest.mark.parametrize("settings", [{}, {"organizations": [], "repositories": [f"{LOGIN}/app"]}], ids=str)
def test_pull_requests_that_are_switched_off_are_no_missing_permission(
    made: Made, made_github: Server, tmp_path: Path, settings: dict[str, Any]
) -> None:
    """GitHub answers 404 for them to everybody."""
    made.add("app", 1, has_pull_requests=False)
    report = diagnose(made_github, tmp_path, **{"organizations": [LOGIN], "commit_source": "api"} | settings)
    assert report.of("wrong") == {}


def test_a_signal_ends_it_at_once(github: Server, tmp_path: Path) -> None:
    """It has no state to write, so the handlers of a run are not there."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    diagnose(github, tmp_path, commit_source="api")
    assert [signal.getsignal(number) for number in numbers] == before
