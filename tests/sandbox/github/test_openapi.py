"""Every answer has the form that GitHub's OpenAPI gives it, judged by a client generated from that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from githubkit_schemas.v2022_11_28 import models
from pydantic import TypeAdapter

from .conftest import PLATFORM

if TYPE_CHECKING:
    from .conftest import Api

SECP = "/repos/bitcoin-core/secp256k1"


@pytest.fixture(params=["generated", "recorded"])
def repository(request: pytest.FixtureRequest) -> tuple[Api, str, str]:
    """Return a client, an organisation and one of its repositories: a made-up one and a real one."""
    if request.param == "generated":
        return request.getfixturevalue("api"), "lantern-works", PLATFORM
    return request.getfixturevalue("corpus_api"), "bitcoin-core", SECP


def check(form: Any, value: Any) -> None:
    """Fail where a value has not the form of a model."""
    TypeAdapter(form).validate_python(value)


def test_the_caller_the_organisation_and_its_people(repository: tuple[Api, str, str]) -> None:
    """Rate limit, user, organisation, members and members' profiles are as documented."""
    api, organization, _ = repository
    check(models.RateLimitOverview, api.json("/rate_limit"))
    check(models.PublicUser, api.json("/user"))
    check(models.OrganizationFull, api.json(f"/orgs/{organization}"))
    members = api.all(f"/orgs/{organization}/members")
    check(list[models.SimpleUser], members)
    for member in members[:5]:
        check(models.PublicUser, api.json(f"/users/{member['login']}"))


def test_repositories(repository: tuple[Api, str, str]) -> None:
    """Listed and single repositories are as documented."""
    api, organization, path = repository
    check(list[models.MinimalRepository], api.all(f"/orgs/{organization}/repos"))
    check(models.FullRepository, api.json(path))


def test_every_pull_request_in_the_list(repository: tuple[Api, str, str]) -> None:
    """Every listed pull request is as documented."""
    api, _, path = repository
    check(list[models.PullRequestSimple], api.all(f"{path}/pulls", state="all"))


def test_pull_requests_and_what_lies_below(repository: tuple[Api, str, str]) -> None:
    """Single pull requests, their reviews, commits and files are as documented."""
    api, _, path = repository
    listed = api.all(f"{path}/pulls", state="all")
    sample = listed[::37] if path == SECP else listed
    for pull in sample:
        below = f"{path}/pulls/{pull['number']}"
        check(models.PullRequest, api.json(below))
        check(list[models.PullRequestReview], api.all(f"{below}/reviews"))
        check(list[models.Commit], api.all(f"{below}/commits"))
        check(list[models.DiffEntry], api.all(f"{below}/files"))


def test_commits_and_comparisons(repository: tuple[Api, str, str]) -> None:
    """Listed and single commits, comparisons, branches and references are as documented."""
    api, _, path = repository
    commits = api.all(f"{path}/commits")
    check(list[models.Commit], commits)
    for commit in commits[:: len(commits) // 20]:
        check(models.Commit, api.json(f"{path}/commits/{commit['sha']}"))
    for base in (commits[0], commits[5], commits[90]):
        check(models.CommitComparison, api.json(f"{path}/compare/{base['sha']}...{commits[3]['sha']}"))
    check(list[models.ShortBranch], api.all(f"{path}/branches"))
    branch = api.json(path)["default_branch"]
    check(models.BranchWithProtection, api.json(f"{path}/branches/{branch}"))
    check(models.GitRef, api.json(f"{path}/git/ref/heads/{branch}"))


def test_what_was_shipped(api: Api) -> None:
    """Deployments, their statuses and releases are as documented."""
    deployments = api.all(f"{PLATFORM}/deployments")
    check(list[models.Deployment], deployments)
    for deployment in deployments[:20]:
        check(models.Deployment, api.json(f"{PLATFORM}/deployments/{deployment['id']}"))
        statuses = api.all(f"{PLATFORM}/deployments/{deployment['id']}/statuses")
        assert statuses
        check(list[models.DeploymentStatus], statuses)


def test_releases_and_tags(api: Api) -> None:
    """Releases by any name, tags, annotated tags and their references are as documented."""
    path = "/repos/lantern-works/cli"
    releases = api.all(f"{path}/releases")
    check(list[models.Release], releases)
    check(list[models.Tag], api.all(f"{path}/tags"))
    published = [release for release in releases if not release["draft"]]
    for name in (releases[0]["id"], "latest", f"tags/{published[0]['tag_name']}"):
        check(models.Release, api.json(f"{path}/releases/{name}"))
    for release in published:
        reference = api.json(f"{path}/git/ref/tags/{release['tag_name']}")
        check(models.GitRef, reference)
        if reference["object"]["type"] == "tag":
            check(models.GitTag, api.json(reference["object"]["url"]))


def test_refusals(api: Api) -> None:
    """Errors are as documented."""
    for path in (f"{PLATFORM}/pulls/1000000", "/repos/lantern-works/vault", "/orgs/nobody"):
        check(models.BasicError, api.get(path).json())
