"""The Terraform files are HCL, name only what exists, and grant what the SQL grants."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import hcl2
import pytest

from orchestrate.snowflake.provision import render

from .privileges import ARGUMENTS, granted

FOLDER = Path(__file__).parents[2] / "orchestrate" / "terraform"
FILES = sorted(FOLDER.glob("*.tf"))


def plain(value: Any) -> Any:
    """Return a parsed value without the parser's own marks, and without the quotes that it keeps."""
    if isinstance(value, dict):
        return {plain(name): plain(each) for name, each in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.strip('"') if isinstance(value, str) else value


def blocks(kind: str) -> list[dict[str, Any]]:
    """Return the blocks of one kind in all files."""
    parsed = [plain(hcl2.loads(path.read_text(encoding="utf-8"))) for path in FILES]
    return [block for each in parsed for block in each.get(kind, [])]


def resources() -> dict[tuple[str, str], dict[str, Any]]:
    """Return the resources by type and name."""
    return {
        (kind, name): body
        for block in blocks("resource")
        for kind, named in block.items()
        for name, body in named.items()
    }


def providers(name: str) -> list[dict[str, Any]]:
    """Return the configurations of a provider."""
    return [block for block in blocks("provider") if name in block]


def local_values() -> dict[str, Any]:
    """Return the values of all locals."""
    return {name: value for block in blocks("locals") for name, value in block.items()}


def test_what_is_referred_to_is_there() -> None:
    """Every var., local. and resource that a file names is declared in one of them."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in FILES)
    text = re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)
    variables = {name for block in blocks("variable") for name in block}
    assert set(re.findall(r"\bvar\.(\w+)", text)) == variables
    assert set(re.findall(r"\blocal\.(\w+)", text)) == local_values().keys()
    named = set(re.findall(r"\b((?:google|snowflake)_\w+)\.(\w+)[.\[\n ]", text))
    assert named
    assert named <= resources().keys()


@pytest.mark.parametrize("role", ["loader", "transformer", "reporter"])
def test_the_grants_are_those_of_the_sql(role: str) -> None:
    """Terraform and `make provision-sql` grant one and the same."""
    values = local_values()
    grants = {("USAGE ON WAREHOUSE", ""), ("USAGE ON DATABASE", "")}
    for each in values["schema_grants"].values():
        if each["role"] == role.upper():
            grants |= {(f"{privilege} ON SCHEMA", each["schema"]) for privilege in each["privileges"]}
    for each in values["select_grants"].values():
        if each["role"] == role.upper():
            grants |= {(f"SELECT ON {which} TABLES IN SCHEMA", each["schema"]) for which in ("ALL", "FUTURE")}
    for (kind, _), body in resources().items():
        if (
            kind == "snowflake_grant_privileges_to_account_role"
            and f'["{role.upper()}"]' in body["account_role_name"]
        ):
            (target,) = body["on_schema_object"]
            grants.add((f"{body['privileges'][0]} ON {target['object_type']}", ""))
    assert grants == granted(role)


def owners_in_sql() -> set[tuple[str, str]]:
    """Return each kind of object that the provisioning makes, with the role that makes it."""
    steps = re.findall(
        r"^(?:use role (\w+)|create ([a-z ]+?) if not exists)", render(ARGUMENTS), re.MULTILINE
    )
    owners, role = set(), ""
    for used, kind in steps:
        role = used or role
        if kind:
            owners.add((kind, role))
    return owners


def owners_in_terraform() -> set[tuple[str, str]]:
    """Return the same of the resources: the role of their provider, unless they are handed over."""
    roles = {each["snowflake"].get("alias"): each["snowflake"]["role"] for each in providers("snowflake")}
    handed_over = {
        body["on"][0]["object_type"].lower(): body["account_role_name"]
        for (kind, _), body in resources().items()
        if kind == "snowflake_grant_ownership"
    }
    owners = set()
    for (kind, _), body in resources().items():
        made = kind.removeprefix("snowflake_").replace("_", " ")
        if kind.startswith("snowflake_") and not made.startswith("grant "):
            made = made.removeprefix("account ").removeprefix("service ")
            alias = body.get("provider", "").strip("${}").partition(".")[2] or None
            owners.add((made, handed_over.get(made, roles[alias])))
    return owners


def test_objects_belong_to_whom_the_sql_gives_them() -> None:
    """Else what SYSADMIN does afterwards, by the SQL of another environment or by hand, is refused.

    ACCOUNTADMIN stands in for USERADMIN, whose roles and users no other environment shares.
    """
    of_sql = {(kind, "ACCOUNTADMIN" if role == "USERADMIN" else role) for kind, role in owners_in_sql()}
    assert owners_in_terraform() == of_sql


def test_the_stage_may_use_the_integration() -> None:
    """SYSADMIN, who makes the stage, is granted the integration, as by the SQL, and first."""
    (stage,) = (body for (kind, _), body in resources().items() if kind == "snowflake_stage")
    (grant,) = (body for (_, name), body in resources().items() if name == "integration")
    assert grant["account_role_name"] == "SYSADMIN"
    assert grant["privileges"] == ["USAGE"]
    assert grant["on_account_object"][0]["object_type"] == "INTEGRATION"
    assert stage["depends_on"] == ["${snowflake_grant_privileges_to_account_role.integration}"]
    assert "grant usage on integration GITHUB_PIPELINE to role SYSADMIN;" in render(ARGUMENTS)


def test_the_stage_names_no_format() -> None:
    """The provider finds the quotes of a name otherwise than it has set them, at every plan."""
    (stage,) = (body for (kind, _), body in resources().items() if kind == "snowflake_stage")
    assert "file_format" not in stage
    assert "format_name" not in render(ARGUMENTS)


def test_buckets_are_private_and_stay() -> None:
    """No bucket can be made public or destroyed; the lake has a lifecycle, and loses no living object."""
    buckets = {name: body for (kind, name), body in resources().items() if kind == "google_storage_bucket"}
    assert buckets.keys() == {"lake", "state"}
    for body in buckets.values():
        assert body["public_access_prevention"] == "enforced"
        assert body["uniform_bucket_level_access"] is True
        assert body["lifecycle"][0]["prevent_destroy"] is True
    rules = buckets["lake"]["lifecycle_rule"]
    deleting = [rule for rule in rules if rule["action"][0]["type"] == "Delete"]
    assert rules
    assert all("days_since_noncurrent_time" in rule["condition"][0] for rule in deleting)


def test_keys_that_were_replaced_by_hand_stay() -> None:
    """The next apply, which knows the first key or none, would take away the one in use."""
    users = {name: body for (kind, name), body in resources().items() if kind == "snowflake_service_user"}
    assert users.keys() == {"pipeline", "reporter"}
    for body in users.values():
        ignored = {name.strip("${}") for name in body["lifecycle"][0]["ignore_changes"]}
        assert ignored == {"rsa_public_key", "rsa_public_key_2"}


def test_secrets_stay() -> None:
    """What was put into them by hand is nowhere else."""
    (secrets,) = (body for (kind, _), body in resources().items() if kind == "google_secret_manager_secret")
    assert secrets["lifecycle"][0]["prevent_destroy"] is True


def test_no_secret_is_in_the_files() -> None:
    """Secrets are made empty, and no service account gets a key: both would end up in Terraform's state."""
    kinds = {kind for kind, _ in resources()}
    assert "google_secret_manager_secret" in kinds
    assert not kinds & {"google_secret_manager_secret_version", "google_service_account_key"}
    given = {body["role"] for body in resources().values() if "member" in body}
    assert given == {
        "roles/storage.objectUser",
        "roles/storage.objectViewer",
        "roles/storage.legacyBucketReader",
        "roles/secretmanager.secretAccessor",
    }
