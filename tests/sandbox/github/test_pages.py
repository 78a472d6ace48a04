"""Lists come in pages; the Link header leads through all of them, on the host that was called."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from sandbox.servers import serve_github

from .conftest import PLATFORM, Api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIST = f"{PLATFORM}/pulls"
FILES = 371


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Return a client of a repository whose only commit has 371 files."""
    folder = tmp_path_factory.mktemp("wide")
    write_wide(folder)
    with serve_github(folder) as server:
        yield Api(server.url)


def write_wide(folder: Path) -> None:
    """Write a data folder with nothing but the required: one repository, one commit."""
    owner = {"login": "wide", "id": 7, "node_id": "O7", "type": "Organization"}
    repository = folder / "wide" / "one"
    repository.mkdir(parents=True)
    (folder / "wide" / "organization.json").write_text(json.dumps(owner))
    full_name = {"id": 9, "node_id": "R9", "name": "one", "full_name": "wide/one", "owner": owner}
    times = dict.fromkeys(("created_at", "updated_at", "pushed_at"), "2026-01-01T00:00:00Z")
    (repository / "repository.json").write_text(json.dumps({**full_name, **times, "default_branch": "main"}))
    who = {"name": "A", "date": "2026-01-01T00:00:00Z"}
    sums = {"additions": 1, "deletions": 0, "changes": 1}
    files = [{"sha": "b" * 40, "filename": f"f{n:03}", "status": "added", **sums} for n in range(FILES)]
    commit = {
        "sha": "a" * 40,
        "commit": {"author": who, "committer": who, "message": "all"},
        "parents": [],
        "stats": {"total": FILES, "additions": FILES, "deletions": 0},
        "files": files,
        "on_default_branch": True,
    }
    (repository / "commits.jsonl").write_text(json.dumps(commit) + "\n")


def test_a_page_has_thirty_items_and_never_more_than_a_hundred(api: Api) -> None:
    """`per_page` is 30 where it is not given or is nonsense, and 100 at most."""
    path = f"{PLATFORM}/commits"
    assert len(api.json(path)) == 30
    assert len(api.json(path, per_page=0)) == 30
    assert len(api.json(path, per_page="many")) == 30
    assert len(api.json(path, per_page=1000)) == 100


def test_links_name_the_repository_by_id_and_keep_the_query(api: Api) -> None:
    """The target of each link is the same list by id, with the other parameters as they were."""
    identity = api.json(PLATFORM)["id"]
    response = api.get(LIST, state="all", sort="updated", direction="desc", per_page=10, page=2)
    assert [link["rel"] for link in response.links.values()] == ["prev", "next", "last", "first"]
    numbers = {}
    for relation, link in response.links.items():
        url = urlsplit(link["url"])
        assert f"{url.scheme}://{url.netloc}" == api.url
        assert url.path == f"/repositories/{identity}/pulls"
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        numbers[relation] = int(query.pop("page"))
        assert query == {"state": "all", "sort": "updated", "direction": "desc", "per_page": "10"}
    total = len(api.all(LIST, state="all"))
    assert numbers == {"prev": 1, "next": 3, "last": -(-total // 10), "first": 1}


def test_links_lie_on_the_host_that_the_client_named(api: Api) -> None:
    """Links follow the Host header, as they do behind another name of the same server."""
    named = Api(api.url.replace("127.0.0.1", "localhost"))
    assert named.get(LIST, state="all").links["next"]["url"].startswith(named.url)


def test_the_links_lead_to_every_item_once(api: Api) -> None:
    """Whoever follows `next` to the end has seen everything once, and the last page has no `next`."""
    by_small_pages = [pull["number"] for pull in api.all(LIST, state="all", per_page=7)]
    at_once = [pull["number"] for pull in api.all(LIST, state="all")]
    assert by_small_pages == at_once
    assert len(set(at_once)) == len(at_once)


def test_one_page_needs_no_links(api: Api) -> None:
    """A list that fits on its page has no Link header."""
    assert "link" not in api.get("/orgs/lantern-labs/repos").headers


def test_an_organisation_is_linked_by_id(api: Api) -> None:
    """Pages of an organisation's lists lie below its id."""
    identity = api.json("/orgs/lantern-works")["id"]
    url = api.get("/orgs/lantern-works/members", per_page=3).links["next"]["url"]
    assert urlsplit(url).path == f"/organizations/{identity}/members"
    assert len(api.json(url)) == 3


def test_pages_of_a_commit_are_pages_of_its_files(wide: Api) -> None:
    """371 files come as 300 and 71, the sums of the whole commit with each."""
    path = f"/repos/wide/one/commits/{'a' * 40}"
    first = wide.get(path)
    second = wide.get(first.links["next"]["url"])
    assert (len(first.json()["files"]), len(second.json()["files"])) == (300, 71)
    assert "next" not in second.links
    assert first.json()["stats"] == second.json()["stats"]
    names = [file["filename"] for file in (*first.json()["files"], *second.json()["files"])]
    assert names == [f"f{number:03}" for number in range(FILES)]
    assert len(wide.json(path, per_page=10, page=38)["files"]) == 1


def test_a_data_folder_may_lack_everything_optional(wide: Api) -> None:
    """Missing files are empty lists, not errors."""
    for name in ("pulls", "deployments", "releases"):
        assert wide.json(f"/repos/wide/one/{name}") == []
    assert wide.json("/orgs/wide/members") == []
