"""Generated organisations and the recorded repository, each behind a server that the tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sandbox.github.generate import generate
from sandbox.servers import Server, serve_github

from .made import Made
from .truth import CORPUS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a generated data folder with every oddity; nobody may change it."""
    folder = tmp_path_factory.mktemp("small") / "data"
    generate(folder, seed=1, size="small")
    return folder


@pytest.fixture(scope="session")
def _small_server(small: Path) -> Iterator[Server]:
    with serve_github(small, points_per_hour=1_000_000) as server:
        yield server


@pytest.fixture
def github(_small_server: Server) -> Server:
    """Return a server for the small organisation, without faults, its log empty."""
    _small_server.clear_faults()
    _small_server.clear_requests()
    return _small_server


@pytest.fixture(scope="session")
def _corpus_server() -> Iterator[Server]:
    if not CORPUS.is_dir():
        pytest.skip("the recorded repository is not here: put a data folder at ../shared/corpus")
    with serve_github(CORPUS, points_per_hour=1_000_000) as server:
        yield server


@pytest.fixture
def corpus(_corpus_server: Server) -> Server:
    """Return a server for the recorded repository, without faults, its log empty."""
    _corpus_server.clear_faults()
    _corpus_server.clear_requests()
    return _corpus_server


@pytest.fixture(scope="session")
def _made_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path]]:
    folder = tmp_path_factory.mktemp("made")
    Made(folder)
    with serve_github(folder, points_per_hour=1_000_000) as server:
        yield server, folder


@pytest.fixture
def made(_made_server: tuple[Server, Path]) -> Made:
    """Return a data folder to be filled by hand, empty again for each test."""
    return Made(_made_server[1])


@pytest.fixture
def made_github(_made_server: tuple[Server, Path]) -> Server:
    """Return a server for that folder, without faults, its log empty."""
    _made_server[0].clear_faults()
    _made_server[0].clear_requests()
    return _made_server[0]


@pytest.fixture
def three(made: Made) -> Made:
    """Return a folder with the repositories one, two and three, whose ids are 1, 2 and 3."""
    for number, name in enumerate(("one", "two", "three"), start=1):
        made.add(name, number)
    return made
