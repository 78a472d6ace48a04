"""An organisation that its credential does not open any more: the others are read all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sandbox.servers import TOKEN
from tap_github_custom.errors import AuthenticationError, SkippedError

from tests.tap.running import Output, run_tap, selecting

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.servers import Server

LOST, OTHER = "lantern-works", "lantern-labs"
OWN_TOKEN = "own-token"  # noqa: S105 - a name
RUN: dict[str, Any] = {
    "organizations": [LOST, OTHER],
    "organization_credentials": {LOST: {"auth_token": OWN_TOKEN}},
    "catalog": selecting("repository", "pull_request", "user_lookup"),
}
BAD_CREDENTIALS = '{"message": "Bad credentials"}'
FORBIDDEN = '{"message": "Resource protected by organization SAML enforcement."}'
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture
def both(github: Server) -> Server:
    """Return a server where each organisation has a token of its own."""
    github.add_token(OWN_TOKEN, organization=LOST)
    return github


def owners(output: Output) -> set[str]:
    """Return whose pull requests have come."""
    return {row["_source_org"] for row in output.of("pull_request")}


def test_a_revoked_token_costs_its_own_organisation(both: Server, tmp_path: Path) -> None:
    """It is named with what mends it, and the exit code is that of all that is skipped."""
    both.revoke_token(OWN_TOKEN)
    output = run_tap(both, tmp_path, **RUN, on_repository_error="fail", error_exit_code=17)
    assert owners(output) == {OTHER}
    assert {row["_source_org"] for row in output.of("user_lookup")} == {OTHER}
    assert f"organization_credentials.{LOST}.auth_token" in output.skipped[f"{LOST}/*"]
    assert "make a new token" in output.skipped[f"{LOST}/*"]
    assert isinstance(output.error, SkippedError)
    assert output.error.exit_code == 17


def test_a_token_that_is_revoked_meanwhile_is_not_shown_again_and_again(both: Server, tmp_path: Path) -> None:
    """Each repository of the organisation is skipped, but GitHub is not asked for each."""
    both.add_fault(path=f"^/repos/{LOST}/", times=None, status=401, body=BAD_CREDENTIALS)
    output = run_tap(both, tmp_path, **RUN, concurrency=1)
    assert output.error is None
    assert owners(output) == {OTHER}
    skipped = [name for name in output.skipped if name.startswith(f"{LOST}/")]
    assert len(skipped) > 1
    assert [each["status"] for each in both.requests()].count(401) == 1


def test_an_app_that_was_taken_from_one_organisation_reads_the_others(github: Server, tmp_path: Path) -> None:
    """Its installation there is a credential of its own."""
    github.register_app(4711, PUBLIC_PEM, not_installed=[LOST])
    app = {"auth_token": "", "organization_credentials": {}, "app_id": 4711, "private_key": PEM}
    output = run_tap(github, tmp_path, **{**RUN, **app})
    assert output.error is None
    assert owners(output) == {OTHER}
    assert "it is not installed there" in output.skipped[f"{LOST}/*"]


def test_an_organisation_that_forbids_it_costs_no_other(both: Server, tmp_path: Path) -> None:
    """Such as one that has begun to demand single sign-on; its people stay as they are, too."""
    both.add_fault(path=f"^/orgs/{LOST}/", times=None, status=403, body=FORBIDDEN)
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("github_login,ldap\nSomebody,some\n", encoding="utf-8")
    output = run_tap(both, tmp_path, **RUN, user_mapping_file=str(mapping))
    assert output.error is None
    assert owners(output) == {OTHER}
    assert {row["_source_org"] for row in output.of("user_lookup")} == {OTHER}
    assert "SAML" in output.skipped[f"{LOST}/*"]


def test_its_people_stay_as_they_are_however_it_is_spelt(both: Server, tmp_path: Path) -> None:
    """One of its repositories, which is named, is read all the same and tells how GitHub spells it."""
    both.add_fault(path=f"(?i)^/orgs/{LOST}/", times=None, status=403, body=FORBIDDEN)
    mapping = tmp_path / "mapping.csv"
    mapping.write_text("github_login,ldap\nSomebody,some\n", encoding="utf-8")
    named = {"organizations": [LOST.title(), OTHER], "repositories": [f"{LOST}/platform"]}
    output = run_tap(both, tmp_path, **{**RUN, **named}, user_mapping_file=str(mapping))
    assert {row["_source_org"] for row in output.of("repository")} == {LOST, OTHER}
    assert {row["_source_org"] for row in output.of("user_lookup")} == {OTHER}


def test_the_only_credential_that_there_is_ends_the_run(github: Server, tmp_path: Path) -> None:
    """No further request can succeed."""
    github.add_fault(times=None, status=401, body=BAD_CREDENTIALS)
    output = run_tap(github, tmp_path, **{**RUN, "organization_credentials": {}, "auth_token": TOKEN})
    assert isinstance(output.error, AuthenticationError)
    assert len(github.requests()) == 1
