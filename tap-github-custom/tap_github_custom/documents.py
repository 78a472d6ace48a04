"""The GraphQL documents: each a file in `graphql/`, put together with the fragments it names."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

FRAGMENT_FILES = {
    "ActorFields": "actor_fields",
    "CommitFields": "commit_fields",
    "ProbeFields": "probe_fields",
    "ReviewFields": "review_fields",
}
_SPREAD = re.compile(r"\.\.\.\s*(\w+Fields)\b")
COMMITS_PER_DOCUMENT = 100


@cache
def document(name: str) -> str:
    """Return the document of the file `graphql/<name>.graphql`, fragments included."""
    parts = {name: _text(name)}
    waiting = [name]
    while waiting:
        for fragment in _SPREAD.findall(parts[waiting.pop()]):
            file = FRAGMENT_FILES[fragment]
            if file not in parts:
                parts[file] = _text(file)
                waiting.append(file)
    return "\n".join(parts.values())


def commit_accounts_document(count: int) -> str:
    """Return the document that asks for the accounts behind COUNT commits of a repository.

    GraphQL finds commits one at a time (`object(oid:)`), so each has a variable and an alias of its own.
    """
    variables = " ".join(f"$oid{index}: GitObjectID!" for index in range(count))
    objects = "\n".join(
        f"    commit{index}: object(oid: $oid{index}) {{ ...AccountFields }}" for index in range(count)
    )
    return (
        f"query CommitAccounts($owner: String!, $name: String!, {variables}) {{\n"
        f"  repository(owner: $owner, name: $name) {{\n{objects}\n  }}\n"
        f"  rateLimit {{ cost }}\n}}\n{_text('account_fields')}"
    )


def _text(name: str) -> str:
    return resources.files(__package__).joinpath("graphql", f"{name}.graphql").read_text("utf-8")
