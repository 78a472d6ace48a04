"""A generated organisation, a server for it, and a client that shows its token."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sandbox.github.generate import generate
from sandbox.servers import TOKEN, Server, serve_github

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "corpus"
PLATFORM = "/repos/lantern-works/platform"


class Api:
    """GitHub's REST API on a server."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        """Show the token with every request; without one be an anonymous client."""
        self.url = url
        self._session = requests.Session()
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, /, **parameters: Any) -> requests.Response:
        """Ask once; redirects are not followed."""
        url = path if path.startswith("http") else self.url + path
        return self._session.get(url, params=parameters, allow_redirects=False, timeout=30)

    def json(self, path: str, /, **parameters: Any) -> Any:
        """Return the body of an answer that must be a success."""
        response = self.get(path, **parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def all(self, path: str, /, **parameters: Any) -> list[Any]:
        """Return every item of a list, page by page along the links."""
        response = self.get(path, **{"per_page": 100, **parameters})
        items = list(response.json())
        while "next" in response.links:
            response = self.get(response.links["next"]["url"])
            items.extend(response.json())
        return items


class GraphQL:
    """GitHub's GraphQL API on a server."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        """Show the token with every query."""
        self._url = f"{url}/graphql"
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def post(self, query: str, **variables: Any) -> requests.Response:
        """Ask once."""
        return self._session.post(self._url, json={"query": query, "variables": variables}, timeout=30)

    def answer(self, query: str, **variables: Any) -> Any:
        """Return the body of an answer of status 200, be there errors in it or not."""
        response = self.post(query, **variables)
        assert response.status_code == 200, response.text
        return response.json()

    def data(self, query: str, **variables: Any) -> Any:
        """Return the data of an answer without errors."""
        answer = self.answer(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def errors(self, query: str, **variables: Any) -> list[Any]:
        """Return the errors of an answer that has some."""
        errors: list[Any] = self.answer(query, **variables)["errors"]
        return errors


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the data folder of the demo."""
    folder = tmp_path_factory.mktemp("generated") / "data"
    generate(folder, seed=1, size="small")
    return folder


@pytest.fixture(scope="session")
def github(data: Path) -> Iterator[Server]:
    """Return a server for the generated organisation."""
    with serve_github(data, points_per_hour=100_000) as server:
        yield server


@pytest.fixture(scope="session")
def api(github: Server) -> Api:
    """Return a client of the generated organisation."""
    return Api(github.url)


@pytest.fixture(scope="session")
def graphql(github: Server) -> GraphQL:
    """Return a client of the same organisation."""
    return GraphQL(github.url)


@pytest.fixture(scope="session")
def corpus_api() -> Iterator[Api]:
    """Return a client of a server for the recorded repository."""
    if not CORPUS.is_dir():
        pytest.skip("the recorded repository is not here: put a data folder at ../shared/corpus")
    with serve_github(CORPUS, points_per_hour=100_000) as server:
        yield Api(server.url)
