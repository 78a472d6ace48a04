"""Credential settings that make no sense end in one sentence that names the setting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sandbox.servers import serve_secrets
from singer_sdk import typing as th
from tap_github_custom.credentials.app import AppCredentials
from tap_github_custom.credentials.settings import CREDENTIAL_PROPERTIES, credentials_from
from tap_github_custom.errors import AuthenticationError, ConfigurationError
from tap_github_custom.tap import TapGitHubCustom

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tap_github_custom.credentials import Credentials

SECRET = "very-secret-value"  # noqa: S105 - what no message may show


def pem_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    """Return a private key as text."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


RSA_PEM = pem_of(rsa.generate_private_key(public_exponent=65537, key_size=2048))
EC_PEM = pem_of(ec.generate_private_key(ec.SECP256R1()))


def nobody(*_: Any, **__: Any) -> NoReturn:
    """Fail: what is at hand needs no request."""
    pytest.fail("GitHub was asked")


def tokens_of(credentials: Credentials, organization: str = "any") -> list[str]:
    """Return the tokens that may be used, which takes no request."""
    return [each.token.reveal() for each in credentials.usable(organization, ask=nobody)]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "There is no credential for GitHub: set auth_token"),
        ({"auth_token": ""}, "There is no credential for GitHub"),
        ({"auth_tokens": []}, "There is no credential for GitHub"),
        ({"auth_token": SECRET, "app_id": "1"}, "both a token and an App"),
        ({"app_id": "1"}, "The App 1 has no private key: set private_key_path or private_key."),
        ({"private_key": SECRET}, "set app_id"),
        ({"app_id": 1, "private_key": SECRET}, "The setting private_key is no unencrypted RSA private key"),
        ({"app_id": 1, "private_key": EC_PEM}, "The setting private_key is no unencrypted RSA private key"),
        (
            {"app_id": 1, "private_key_path": "no/such/file.pem"},
            "no/such/file.pem .* cannot be read: No such",
        ),
        ({"app_id": 1, "private_key": RSA_PEM, "private_key_path": "x.pem"}, "two private keys"),
        ({"auth_token": f"{SECRET}\nmore"}, "A token has a character that no token has"),
        ({"auth_token": f"{SECRET} more"}, "A token has a character that no token has"),
        ({"auth_tokens": [""]}, "There is no credential for GitHub"),
        ({"auth_tokens": f'["{SECRET}'}, "The setting auth_tokens is not valid JSON"),
        ({"organization_credentials": f"{{{SECRET}"}, "organization_credentials is not valid JSON"),
        ({"organization_credentials": [SECRET]}, "organization_credentials must be an object"),
        ({"organization_credentials": {"acme": SECRET}}, "organization_credentials.acme must be an object"),
        ({"organization_credentials": {"acme": {"tokn": SECRET}}}, "acme has unknown members: tokn"),
        (
            {"organization_credentials": {"acme": {}}},
            r"no credential for GitHub \(organization_credentials.acme\)",
        ),
        (
            {"organization_credentials": {"acme": {"app_id": 7}}},
            r"The App 7 has no private key \(organization_credentials.acme\)",
        ),
        ({"auth_token": "projects/p/secrets/s"}, "auth_token names a secret in another form than"),
    ],
)
def test_settings_that_make_no_sense(config: dict[str, Any], words: str) -> None:
    """The sentence says what is wrong, and shows no secret."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        credentials_from(config)
    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("config", "tokens"),
    [
        ({"auth_token": "a"}, ["a"]),
        ({"auth_token": " a\n"}, ["a"]),
        ({"auth_tokens": ["a", "b"]}, ["a", "b"]),
        ({"auth_tokens": '["a", "b"]'}, ["a", "b"]),
        ({"auth_tokens": "a, b"}, ["a", "b"]),
        ({"auth_token": "a", "auth_tokens": ["b", "a"]}, ["a", "b"]),
        ({"auth_token": "a", "app_id": "", "private_key": None}, ["a"]),
    ],
)
def test_tokens_come_in_several_forms(config: dict[str, Any], tokens: list[str]) -> None:
    """A list, the text of one, or one token; each counts once."""
    assert tokens_of(credentials_from(config)) == tokens


@pytest.mark.parametrize("pem", [RSA_PEM, RSA_PEM.replace("\n", "\\n"), f"\n{RSA_PEM}\n"])
def test_a_key_may_have_lost_its_lines(pem: str) -> None:
    r"""An environment variable often holds `\n` for each line's end."""
    assert isinstance(credentials_from({"app_id": 1, "private_key": pem}), AppCredentials)


def test_a_key_may_lie_in_a_file(tmp_path: Path) -> None:
    """`private_key_path` names it."""
    path = tmp_path / "app.pem"
    path.write_text(RSA_PEM)
    assert isinstance(credentials_from({"app_id": 1, "private_key_path": str(path)}), AppCredentials)


def test_organizations_have_their_own_credentials() -> None:
    """Each gets its own, in any case of its name; all others get the one beside."""
    own = {"Acme": {"auth_token": "a"}, "umbrella": {"auth_tokens": ["u", "v"]}}
    credentials = credentials_from({"organization_credentials": json.dumps(own), "auth_token": "o"})
    assert tokens_of(credentials, "acme") == ["a"]
    assert tokens_of(credentials, "Umbrella") == ["u", "v"]
    assert tokens_of(credentials, "elsewhere") == ["o"]


def test_an_organization_without_a_credential_is_named() -> None:
    """Where there is none for all others, nobody else's is taken."""
    credentials = credentials_from({"organization_credentials": {"acme": {"auth_token": "a"}}})
    with pytest.raises(AuthenticationError, match="no credential for elsewhere"):
        tokens_of(credentials, "elsewhere")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"auth_tokens": {"a": SECRET}}, r"the value of auth_tokens is not of type 'array', 'null'\."),
        ({"auth_token": [SECRET]}, "the value of auth_token is not of type 'string'"),
        (
            {"auth_token": f"{SECRET} is not of type x", "auth_tokens": {"a": SECRET}},
            "value of auth_tokens is not",
        ),
        ({"private_key": {"pem": SECRET}}, "the value of private_key is not of type 'string'"),
        ({"organization_credentials": SECRET}, "The setting organization_credentials must be a JSON object"),
        ({"organization_credentials": [SECRET]}, "value of organization_credentials is not of type 'object'"),
        ({"organization_credentials": {"a": SECRET}}, "value of organization_credentials.a is not of type"),
        (
            {"organization_credentials": {"a": {"auth_token": [SECRET]}}},
            "organization_credentials.a.auth_token",
        ),
        ({"auth_token": "t", "concurrency": "many"}, "The setting concurrency must be a whole number"),
    ],
)
def test_a_secret_of_the_wrong_type_is_not_shown(config: dict[str, Any], words: str) -> None:
    """What the validator says of other settings holds the value; of these it must not."""
    with pytest.raises(ConfigurationError, match=words) as caught:
        TapGitHubCustom(config={"organizations": ["o"], **config})
    assert SECRET not in str(caught.value)


def test_the_schema_marks_every_secret() -> None:
    """What holds a secret is `secret` in `--about`, so that Meltano hides it."""
    schema = th.PropertiesList(*CREDENTIAL_PROPERTIES).to_dict()["properties"]
    marked = {name for name, property_ in schema.items() if property_.get("secret")}
    assert marked == {"auth_token", "auth_tokens", "private_key", "organization_credentials"}


@pytest.fixture(scope="module")
def secret_manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a Secret Manager that holds a token and a key."""
    file: Path = tmp_path_factory.mktemp("secrets") / "secrets.json"
    held = {"token": ["old", f"{SECRET}\n"], "key": [RSA_PEM], "hidden": None, "off": [None]}
    file.write_text(json.dumps({f"projects/lab/secrets/{name}": value for name, value in held.items()}))
    with serve_secrets(file) as server:
        yield server.url


@pytest.mark.parametrize(("version", "token"), [("latest", SECRET), ("1", "old")])
def test_a_token_may_lie_in_secret_manager(secret_manager: str, version: str, token: str) -> None:
    """The setting names it; a line's end behind it is none of it."""
    reference = f"projects/lab/secrets/token/versions/{version}"
    config = {"auth_tokens": [reference], "secret_manager_endpoint": secret_manager}
    assert tokens_of(credentials_from(config)) == [token]


def test_each_organization_may_name_a_secret(secret_manager: str) -> None:
    """The key of an App in Secret Manager is as good as one in a file."""
    entry = {"app_id": 1, "private_key": "projects/lab/secrets/key/versions/latest"}
    credentials_from({"organization_credentials": {"acme": entry}, "secret_manager_endpoint": secret_manager})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("none", "not found"),
        ("hidden", "Permission .* denied"),
        ("off", "DISABLED"),
        ("token", "no unencrypted RSA private key"),
    ],
)
def test_a_secret_that_cannot_be_used_is_named(secret_manager: str, name: str, words: str) -> None:
    """The sentence names the setting, and says why as Google says it."""
    reference = f"projects/lab/secrets/{name}/versions/latest"
    config = {"app_id": 1, "private_key": reference, "secret_manager_endpoint": secret_manager}
    with pytest.raises(ConfigurationError, match=words) as caught:
        credentials_from(config)
    assert "private_key" in str(caught.value)
    assert SECRET not in str(caught.value)
    assert "http" not in str(caught.value)


def test_a_secret_manager_that_does_not_answer_is_told() -> None:
    """No stack trace, no endless wait."""
    reference = "projects/lab/secrets/token/versions/1"
    config = {"auth_token": reference, "secret_manager_endpoint": "http://127.0.0.1:9"}
    with pytest.raises(ConfigurationError, match=r"setting auth_token\) .* Secret Manager does not answer"):
        credentials_from(config)
