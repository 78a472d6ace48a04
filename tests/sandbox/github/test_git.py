"""git clones and fetches over smart HTTP what REST tells of, for no points."""

from __future__ import annotations

import base64
import os
import subprocess
from typing import TYPE_CHECKING

import pytest
import requests
from sandbox.servers import TOKEN, serve_github

from .conftest import CORPUS, PLATFORM, Api

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(
    *arguments: str | Path, token: str = TOKEN, scheme: str = "basic"
) -> subprocess.CompletedProcess[str]:
    """Run git, the token in the environment as the tap would hand it over."""
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    shown = f"Basic {basic}" if scheme == "basic" else f"Bearer {token}"
    header = {
        "GIT_CONFIG_COUNT": "1" if token else "0",
        "GIT_CONFIG_KEY_0": "http.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: {shown}",
    }
    command = ["git", *(str(each) for each in arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**ENVIRONMENT, **header}, timeout=60
    )


def references(folder: Path) -> dict[str, str]:
    """Return what the references of a bare repository stand for."""
    listed = git("-C", folder, "for-each-ref", "--format=%(refname) %(objectname)").stdout
    return dict(line.split(" ") for line in listed.splitlines())


@pytest.mark.parametrize(("version", "scheme"), [("0", "basic"), ("2", "basic"), ("2", "bearer")])
def test_a_mirror_has_every_reference(
    api: Api, data: Path, tmp_path: Path, version: str, scheme: str
) -> None:
    """Branches, tags and the heads of pull requests come, in either protocol and scheme; it costs nothing."""
    before = api.json("/rate_limit")["resources"]["core"]["used"]
    url = f"{api.url}/lantern-works/platform.git"
    done = git("-c", f"protocol.version={version}", "clone", "-q", "--mirror", url, tmp_path, scheme=scheme)
    assert (done.returncode, done.stderr) == (0, "")
    assert references(tmp_path) == references(data / "lantern-works" / "platform" / "git")
    assert api.json("/rate_limit")["resources"]["core"]["used"] == before


def test_the_address_is_the_one_that_rest_gives(api: Api, tmp_path: Path) -> None:
    """`clone_url` leads to the same server, as `ref`s of REST lead to the same commits."""
    repository = api.json(PLATFORM)
    assert git("clone", "-q", "--bare", repository["clone_url"], tmp_path).returncode == 0
    assert references(tmp_path)["refs/heads/main"] == api.json(f"{PLATFORM}/commits")[0]["sha"]


def test_only_what_is_new_is_fetched(github: Server, tmp_path: Path) -> None:
    """A second fetch asks for references only; parts of the history can be left out."""
    url = f"{github.url}/lantern-works/cli.git"
    assert git("clone", "-q", "--mirror", "--filter=blob:none", url, tmp_path).returncode == 0
    missing = git("-C", tmp_path, "rev-list", "--objects", "--missing=print", "--all").stdout
    assert any(line.startswith("?") for line in missing.splitlines())
    github.clear_requests()
    assert git("-C", tmp_path, "fetch", "-q").returncode == 0
    assert [entry["method"] for entry in github.requests()] == ["GET", "POST"]


def test_a_former_name_leads_to_the_repository(github: Server, tmp_path: Path) -> None:
    """Git follows the redirect."""
    done = git("clone", "-q", "--bare", f"{github.url}/lantern-works/etl.git", tmp_path)
    assert (done.returncode, references(tmp_path) != {}) == (0, True)


def test_an_empty_repository_can_be_cloned(github: Server, tmp_path: Path) -> None:
    """There is nothing to fetch, which is no error."""
    done = git("clone", "-q", "--bare", f"{github.url}/lantern-works/fresh-start.git", tmp_path)
    assert (done.returncode, references(tmp_path)) == (0, {})


@pytest.mark.parametrize(
    ("name", "token", "status"),
    [
        ("platform", "", 401),
        ("platform", "wrong", 401),
        ("nothing-here", "", 401),
        ("nothing-here", TOKEN, 404),
        ("vault", TOKEN, 404),
        ("taken-down", TOKEN, 403),
        ("cli", "", 200),
    ],
)
def test_who_may_read(github: Server, name: str, token: str, status: int) -> None:
    """Private repositories ask for a token, public ones do not; what must not be known does not exist."""
    response = requests.get(
        f"{github.url}/lantern-works/{name}.git/info/refs?service=git-upload-pack",
        headers={"Authorization": f"Bearer {token}"} if token else {},
        timeout=30,
    )
    assert response.status_code == status
    assert ("www-authenticate" in response.headers) == (status == 401)


def test_nothing_is_pushed(github: Server) -> None:
    """Other services are refused."""
    url = f"{github.url}/lantern-works/cli.git/info/refs?service=git-receive-pack"
    assert requests.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30).status_code == 403


def test_a_pack_can_break_off(github: Server, tmp_path: Path) -> None:
    """Faults spoil git's answers as any other: the clone fails and can be tried again."""
    url = f"{github.url}/lantern-works/platform.git"
    github.add_fault(path="/git-upload-pack$", nth=2, truncate_bytes=2000)
    assert git("clone", "-q", "--bare", url, tmp_path / "first").returncode != 0
    assert git("clone", "-q", "--bare", url, tmp_path / "second").returncode == 0
    github.clear_faults()


def test_a_recording_without_git_is_not_found() -> None:
    """A clone of it fails; the tap has to ask REST."""
    if not CORPUS.is_dir():
        pytest.skip("the recorded repository is not here: put a data folder at ../shared/corpus")
    with serve_github(CORPUS) as server:
        done = git("ls-remote", f"{server.url}/bitcoin-core/secp256k1.git")
    assert "not found" in done.stderr
