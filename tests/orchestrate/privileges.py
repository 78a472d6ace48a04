"""Which grants a role's statements need, by the table in PRIVILEGES.md; and which the provisioning gives."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from orchestrate.snowflake.provision import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DOCUMENT = Path(__file__).parents[2] / "orchestrate" / "snowflake" / "PRIVILEGES.md"
ARGUMENTS = ("--bucket", "acme-lake")
RAW = "RAW_TABLES"

Grant = tuple[str, str]  # what on which kind of object, and the object: ("USAGE ON SCHEMA", "RAW_TABLES")

REMARKS = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
KIND = re.compile(
    r"""
    (?P<create>CREATE)\s+(OR\s+REPLACE\s+)?((?P<way>TRANSIENT|TEMPORARY)\s+)?
      (?P<what>TABLE|VIEW|SCHEMA|DATABASE|STAGE|STORAGE\s+INTEGRATION)\b
    | SHOW\s+(TERSE\s+)?(?P<shown>USER\s+FUNCTIONS|\w+)
    | (?P<two>(ALTER|DROP|DESCRIBE|TRUNCATE)\s+\w+|COPY\s+INTO)
    | (?P<one>BEGIN|COMMIT|ROLLBACK|MERGE|INSERT|UPDATE|DELETE|COMMENT|SELECT|WITH|GRANT)
    """,
    re.IGNORECASE | re.VERBOSE,
)
LITERAL = re.compile(r"'(?:[^'\\]|\\.|'')*'|\$\$.*?\$\$", re.DOTALL)
ROWS = ("SELECT", "COPY INTO", "MERGE", "INSERT", "UPDATE", "DELETE")


def table() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the privileges by role and statement, as the document has them."""
    rows = re.findall(r"^\| (\w+) \| (.+?) \| (.+?) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        (role, statement.strip("`")): tuple(re.findall(r"`([A-Z ]+)`", privileges))
        for role, statement, privileges in rows
        if role != "role"
    }


def kind(statement: str) -> str:
    """Return which row of the table a statement belongs to."""
    text = REMARKS.sub(" ", statement).strip()
    found = KIND.match(text)
    if found is None:
        return text[:60]
    if found["create"]:
        return " ".join(f"CREATE {found['way'] or ''} {found['what']}".upper().split())
    if found["shown"]:
        return " ".join(f"SHOW {found['shown']}".upper().split())
    name = " ".join((found["two"] or found["one"]).upper().split())
    if name in ("SELECT", "WITH"):
        return "SELECT FROM INFORMATION_SCHEMA" if "INFORMATION_SCHEMA" in text.upper() else "SELECT"
    return name


def schemas(statement: str, database: str) -> list[str]:
    """Return the schemas whose objects a statement names, that of its own object first."""
    text = LITERAL.sub("''", REMARKS.sub(" ", statement))
    names = re.findall(rf'"?\b{re.escape(database)}"?\."?(\w+)"?', text, re.IGNORECASE)
    return [name.upper() for name in names if name.upper() != "INFORMATION_SCHEMA"]


def traits(role: str, statement: str, database: str) -> Iterator[tuple[str, str]]:
    """Yield what the table knows of a statement: (row, schema)."""
    what = kind(statement)
    named = schemas(statement, database)
    yield what, named[0] if named else ""
    if what.startswith("SHOW") or what == "CREATE SCHEMA":
        return
    for schema in named:
        yield "names an object", schema
    if what in ROWS or re.search(r"\bAS\s*\(|\bAS\s+SELECT\b", statement, re.IGNORECASE):
        yield "reads or writes rows", ""
    if role == "transformer" and RAW in named:
        yield "reads RAW_TABLES", RAW


def needed(role: str, statements: Iterable[str], database: str) -> tuple[set[Grant], set[str]]:
    """Return what a role has to be granted for some statements, and the kinds that the table lacks."""
    known = table()
    grants: set[Grant] = set()
    unknown: set[str] = set()
    for statement in statements:
        for row, schema in traits(role, statement, database):
            privileges = known.get((role, row), known.get(("all", row)))
            if privileges is None:
                unknown.add(row)
                continue
            grants |= {(each, schema if each.endswith("SCHEMA") else "") for each in privileges}
    return grants, unknown


def granted(role: str) -> set[Grant]:
    """Return what the provisioning grants to a role; of objects other than schemas only the kind."""
    pattern = rf"grant (.+?) on (.+?) (\S+) to role GITHUB_{role.upper()};"
    return {
        (f"{privilege} on {what}".upper(), name.split(".")[1] if what.endswith("schema") else "")
        for privilege, what, name in re.findall(pattern, render(ARGUMENTS))
    }
