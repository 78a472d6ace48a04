"""Prints the SQL that prepares an account for the pipeline; it runs nothing.

    python -m orchestrate.snowflake.provision --bucket acme-lake --public-key key.pub

The SQL may be run again at any time: what is there stays, and is set to what the text says, quota and keys
only where they are given.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TEMPLATES = sorted(Path(__file__).parent.glob("[0-9]_*.sql"))
PEM = re.compile(r"-----BEGIN PUBLIC KEY-----(?P<body>[A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*")


def matching(pattern: str, what: str) -> Callable[[str], str]:
    """Return what takes a text of that pattern, and nothing that could end a name or a literal."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            message = f"{text!r} is no {what}"
            raise argparse.ArgumentTypeError(message)
        return text

    return check


def public_key(path: str) -> str:
    """Return the public key of a PEM file as Snowflake wants it: its base64 without lines."""
    try:
        text = Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} cannot be read as text"
        raise argparse.ArgumentTypeError(message) from error
    found = PEM.fullmatch(text)
    if found is None:
        message = f"{path} is no public key in PEM form; openssl rsa -in KEY -pubout makes one"
        raise argparse.ArgumentTypeError(message)
    return "".join(found["body"].split())


def key_statement(user: str, key: str | None) -> str:
    """Return the statement that gives a user its key, or says where it is to be put."""
    statement = f"alter user {user} set rsa_public_key = '{key or '...'}';"
    return statement if key else f"-- No key was given: {statement}"


def quota_statement(monitor: str, credits_a_month: str | None) -> str:
    """Return the statement that sets the quota of a monitor that is there already, or says how it is set."""
    statement = f"alter resource monitor {monitor} set credit_quota = {credits_a_month or '...'};"
    return statement if credits_a_month else f"-- No quota was given, so it stays: {statement}"


def parser() -> argparse.ArgumentParser:
    """Return the variables of the templates, with what they may be."""
    identifier = matching(r"[A-Z_][A-Z0-9_]{0,99}", "name in upper case")
    made = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    made.add_argument(
        "--bucket",
        required=True,
        type=matching(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]", "name of a bucket"),
        help="bucket of the lake",
    )
    made.add_argument(
        "--folder",
        type=matching(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*", "folder of a bucket"),
        help="the loader's setting prefix (github; github-dev for the prefix DEV_)",
    )
    made.add_argument(
        "--database", default="GITHUB_PIPELINES", type=identifier, help="database (GITHUB_PIPELINES)"
    )
    made.add_argument(
        "--prefix",
        default="",
        type=matching(r"([A-Z][A-Z0-9_]*_)?", "prefix like DEV_"),
        help="in front of every name but the database's, for another environment: DEV_",
    )
    made.add_argument(
        "--credits",
        type=matching(r"[1-9][0-9]{0,5}", "number"),
        help="credits a month (20 at first, then what was set last)",
    )
    made.add_argument("--public-key", type=public_key, help="PEM file: public key of the pipeline's user")
    made.add_argument("--reporter-public-key", type=public_key, help="PEM file: public key of the reporter")
    return made


def render(arguments: Sequence[str]) -> str:
    """Return the SQL for these arguments; what is wrong with one ends the process with a sentence."""
    given = parser().parse_args(arguments)
    prefix = given.prefix
    environment = prefix.rstrip("_").lower().replace("_", "-")
    monitor = f"{prefix}GITHUB_PIPELINE"
    users = {"pipeline": f"{prefix}GITHUB_PIPELINE", "reporter": f"{prefix}GITHUB_REPORTER"}
    variables = {
        "bucket": given.bucket,
        "folder": given.folder or "-".join(filter(None, ("github", environment))),
        "database": given.database,
        "prefix": prefix,
        "credits": given.credits or "20",
        "quota": quota_statement(monitor, given.credits),
        "raw": f"{prefix}RAW_TABLES",
        "loader": f"{prefix}GITHUB_LOADER",
        "transformer": f"{prefix}GITHUB_TRANSFORMER",
        "reporter": f"{prefix}GITHUB_REPORTER",
        "warehouse": f"{prefix}GITHUB_PIPELINE",
        "monitor": monitor,
        "integration": f"{prefix}GITHUB_PIPELINE",
        "pipeline_user": users["pipeline"],
        "pipeline_key": key_statement(users["pipeline"], given.public_key),
        "reporter_user": users["reporter"],
        "reporter_key": key_statement(users["reporter"], given.reporter_public_key),
    }
    texts = (path.read_text(encoding="utf-8") for path in TEMPLATES)
    return "\n".join(Template(text).substitute(variables) for text in texts)


if __name__ == "__main__":
    sys.stdout.write(render(sys.argv[1:]))
