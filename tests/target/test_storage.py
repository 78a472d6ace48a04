"""The client of the lake takes the credentials of a machine as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from target_gcs_snowflake_merge.errors import SettingsError
from target_gcs_snowflake_merge.storage import Lake

if TYPE_CHECKING:
    from pathlib import Path

PROJECT_OR_SERVER = ("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "STORAGE_EMULATOR_HOST")


@pytest.fixture
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the credentials of a machine lie on which nothing else says a project."""
    for name in PROJECT_OR_SERVER:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))  # no gcloud that could be asked
    path = tmp_path / "application_default_credentials.json"
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    return path


def test_the_login_of_a_person_needs_no_project(credentials: Path) -> None:
    """`gcloud auth application-default login` leaves a file without one; a bucket is found by its name."""
    login = {"client_id": "id", "client_secret": "secret", "refresh_token": "token"}
    credentials.write_text(json.dumps({"type": "authorized_user", **login}))
    Lake("lake", "github/", "owner")


def test_credentials_that_cannot_be_read_are_named(credentials: Path) -> None:
    """In one sentence, with what the system says of the file."""
    credentials.mkdir()
    with pytest.raises(SettingsError, match=r"^The Google credentials cannot be read: .*Is a directory"):
        Lake("lake", "github/", "owner")
