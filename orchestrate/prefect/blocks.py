"""Blocks of Prefect, where somebody keeps secrets and the bucket in them, as variables of the pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prefect_gcp import GcpSecret, GcsBucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prefect_gcp import GcpCredentials

CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS"


class BlockError(Exception):
    """A block cannot be used; the text says why."""


def variables(secret_blocks: Mapping[str, str], bucket_block: str | None) -> dict[str, str]:
    """Return what the blocks say, by variable.

    A secret is named, not read: its value is fetched by the process that needs it, and Prefect never has it.
    """
    found: dict[str, str] = {}
    for variable, name in secret_blocks.items():
        block = GcpSecret.load(name)
        project = block.gcp_credentials.project
        if not project:
            message = f"The credentials of the block {name!r} name no project."
            raise BlockError(message)
        version = block.secret_version or "latest"
        found[variable] = f"projects/{project}/secrets/{block.secret_name}/versions/{version}"
        found.update(_credentials(block.gcp_credentials, name))
    if bucket_block:
        bucket = GcsBucket.load(bucket_block)
        found["GCS_BUCKET"] = bucket.bucket
        if bucket.bucket_folder:
            found["TARGET_GCS_SNOWFLAKE_MERGE_PREFIX"] = bucket.bucket_folder.strip("/")
        found.update(_credentials(bucket.gcp_credentials, bucket_block))
    return found


def _credentials(credentials: GcpCredentials, name: str) -> dict[str, str]:
    """Return the variable that makes a process use the same credentials."""
    if credentials.service_account_info:
        message = (
            f"The block {name!r} holds a key of a service account, which would have to be written to a file. "
            "Give it the path of that file (service_account_file), or leave both empty where the machine has "
            "credentials of its own."
        )
        raise BlockError(message)
    file = credentials.service_account_file
    return {CREDENTIALS: str(file)} if file else {}
