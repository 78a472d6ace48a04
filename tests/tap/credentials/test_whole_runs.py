"""Whole runs with each kind of credential: every row arrives, and no secret leaves the process."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sandbox.servers import TOKEN, Server, serve_secrets

from tests.tap.running import Output, run_tap
from tests.tap.truth import assert_rows_are_those_of

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

APP_ID = 4711
BOTH = ["lantern-works", "lantern-labs"]
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def assert_hidden(folder: Path, output: Output, log: str, *secrets: str) -> None:
    """Fail where a secret stands in the output, in the log, or in any file that the run has left."""
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    for secret in secrets:
        assert secret not in log
        assert not [each for each in (output.text, *files) if secret.encode() in each]


def test_an_app_whose_tokens_end_in_the_middle_of_the_run(
    github: Server, small: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Requests and clones go on with new ones; nothing is missing, and the limits are the installation's."""
    github.register_app(APP_ID, PUBLIC_PEM, token_seconds=8)
    github.add_fault(path="/pulls$", status=401, body='{"message": "Bad credentials"}', nth=2)
    with caplog.at_level(logging.DEBUG):
        output = run_tap(
            github,
            tmp_path,
            organizations=BOTH,
            auth_token="",
            app_id=APP_ID,
            private_key=PEM,
            retry_seconds=0,  # else a new token that is refused is shown again
        )
    assert output.error is None
    assert_rows_are_those_of(small, output)
    tokens = [entry for entry in github.requests() if entry["path"].endswith("/access_tokens")]
    assert len(tokens) > len(BOTH)
    assert_hidden(tmp_path, output, caplog.text, "ghs_", "eyJ", PEM.splitlines()[1])


def test_tokens_that_share_the_work(
    github: Server, small: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """One is dead, one has hardly anything left, one is enough: nobody waits, and nothing is missing."""
    names = ["dead-secret", "poor-secret", "rich-secret"]
    github.add_token("poor-secret", points_per_hour=20, graphql_points_per_hour=2)
    github.add_token("rich-secret", points_per_hour=5_000)
    with caplog.at_level(logging.DEBUG):
        output = run_tap(github, tmp_path, organizations=BOTH, auth_token="", auth_tokens=names)
    assert output.error is None
    assert_rows_are_those_of(small, output)
    spent = [resource for each in output.summary["usage"].values() for resource in each.values()]
    assert sum(each["waits"] for each in spent) == 0
    assert "auth_token 1 (Bad credentials)" in caplog.text
    assert_hidden(tmp_path, output, caplog.text, *names)


def test_a_credential_for_each_organization_out_of_secret_manager(
    github: Server, small: Path, tmp_path: Path
) -> None:
    """An App for one, a token for the other, both kept by Google."""
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"projects/lab/secrets/key": [PEM], "projects/lab/secrets/token": [TOKEN]}))
    github.register_app(APP_ID, PUBLIC_PEM, not_installed=["lantern-labs"])
    own = {
        "lantern-works": {"app_id": APP_ID, "private_key": "projects/lab/secrets/key/versions/latest"},
        "lantern-labs": {"auth_token": "projects/lab/secrets/token/versions/1"},
    }
    with serve_secrets(file) as secrets:
        output = run_tap(
            github,
            tmp_path,
            organizations=BOTH,
            auth_token="",
            organization_credentials=own,
            secret_manager_endpoint=secrets.url,
        )
    assert output.error is None
    assert_rows_are_those_of(small, output)
