"""Every sentence of the runbook is one that the product says, and every test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNBOOK = (ROOT / "RUNBOOK.md").read_text(encoding="utf-8")
SENTENCES = re.findall(r"^> (.+)$", RUNBOOK, re.MULTILINE)
TESTS = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", RUNBOOK)
SOURCES = (
    *(ROOT / "tap-github-custom" / "tap_github_custom").rglob("*.py"),
    *(ROOT / "target-gcs-snowflake-merge" / "target_gcs_snowflake_merge").rglob("*.py"),
    *(ROOT / "orchestrate" / "alert").rglob("*.py"),
    *(ROOT / "orchestrate" / "airflow").rglob("*.py"),
    *(ROOT / "orchestrate" / "prefect").rglob("*.py"),
)
FIELD = re.compile(r"%(?:\.\d+)?[sdrf]")


@cache
def said() -> frozenset[str]:
    """Return the texts in the sources; what is put into them when they are said is `…`."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
                found.add(re.sub("…+", "…", "".join(map(str, parts))))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(FIELD.sub("…", node.value))
    return frozenset(found)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_product_says_it(sentence: str) -> None:
    """Some text of the sources is the sentence, or begins with it."""
    assert any(text.startswith(sentence.rstrip("…")) or text == sentence for text in said())


@pytest.mark.parametrize(("file", "test"), TESTS)
def test_the_test_is_there(file: str, test: str) -> None:
    """What tries a failure has not gone."""
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not test or f"\ndef {test}(" in text


def test_the_provisioning_is_named_as_it_runs() -> None:
    """It asks for a bucket, and only prints what is to be run."""
    commands = re.findall(r"`make provision-sql\b([^`]*)`", RUNBOOK)
    assert commands
    assert [each for each in commands if not re.fullmatch(r" BUCKET=.* > provision\.sql", each)] == []


def test_every_entry_says_how_it_looks_and_what_tries_it() -> None:
    """An entry about a failure has a sentence or a command, and a test."""
    entries = re.split(r"^### ", RUNBOOK, flags=re.MULTILINE)[1:]
    assert len(entries) > 15
    bare = [each.splitlines()[0] for each in entries if "> " not in each and "`" not in each]
    untried = [each.splitlines()[0] for each in entries if "`tests/" not in each]
    assert not bare
    assert not untried
