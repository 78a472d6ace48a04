"""The runbook has what the product says: no other sentence, each of the alert's, and tests that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def texts(path: Path) -> Iterator[str]:
    """Yield the texts in a file but docstrings; what is put into them when they are said is `…`."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    no_texts = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    no_texts |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
            yield re.sub("…+", "…", "".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in no_texts:
            yield FIELD.sub("…", node.value)


@cache
def said() -> frozenset[str]:
    """Return the texts in the sources."""
    return frozenset(text for path in SOURCES for text in texts(path))


def alerted() -> list[str]:
    """Return what the alert says: texts that begin as a sentence does, of three words or more."""
    files = (ROOT / "orchestrate" / "alert").glob("*.py")
    found = {text for path in files for text in texts(path) if re.match(r"… [a-z]|[A-Z]", text)}
    return sorted(text for text in found if len(re.findall(r"\b[a-z]{2,}", text)) > 2)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_product_says_it(sentence: str) -> None:
    """Some text of the sources is the sentence, or begins with it."""
    assert any(text.startswith(sentence.rstrip("…")) or text == sentence for text in said())


@pytest.mark.parametrize("text", alerted())
def test_what_the_alert_says_has_an_entry(text: str) -> None:
    """Whoever was woken by it finds it here."""
    assert any(sentence.startswith(text.rstrip("…\n")) for sentence in SENTENCES)


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
