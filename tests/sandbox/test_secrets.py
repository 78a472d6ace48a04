"""Secret Manager's own client reads what lies in the stand-in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from google.api_core.exceptions import BadRequest, Forbidden, NotFound
from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager_v1 import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceRestTransport,
)
from sandbox.servers import serve_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "projects/lab/secrets/token"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return Google's client of a stand-in with two secrets."""
    file: Path = tmp_path_factory.mktemp("secrets") / "secrets.json"
    file.write_text(json.dumps({NAME: ["first", None, "third"], "projects/lab/secrets/hidden": None}))
    with serve_secrets(file) as server:
        transport = SecretManagerServiceRestTransport(
            host=server.url.removeprefix("http://"),
            url_scheme="http",
            credentials=AnonymousCredentials(),  # type: ignore[no-untyped-call]
        )
        yield SecretManagerServiceClient(transport=transport)


@pytest.mark.parametrize(("version", "value"), [("1", "first"), ("latest", "third")])
def test_a_version_is_read(client: Any, version: str, value: str) -> None:
    """By its number, or the newest."""
    answer = client.access_secret_version(name=f"{NAME}/versions/{version}")
    assert answer.payload.data.decode() == value


@pytest.mark.parametrize(
    ("name", "error"),
    [
        (f"{NAME}/versions/2", BadRequest),
        (f"{NAME}/versions/9", NotFound),
        ("projects/lab/secrets/none/versions/1", NotFound),
        ("projects/lab/secrets/hidden/versions/1", Forbidden),
    ],
)
def test_what_cannot_be_read_is_an_error_of_its_kind(client: Any, name: str, error: type[Exception]) -> None:
    """Disabled, missing, forbidden."""
    with pytest.raises(error):
        client.access_secret_version(name=name)
