"""The documents name what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = {".venv", ".meltano", ".tools", ".sandbox", "node_modules"}
DOCUMENTS = [path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts)]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")
ANCHORED = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
NAMED = re.compile(r"`((?:tests|orchestrate)/[\w./-]+)`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_files_are_there(document: Path) -> None:
    """A link leads to a file; a file of this repository that is named exists."""
    text = document.read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    missing += [name for name in NAMED.findall(text) if not (ROOT / name).exists()]
    assert not missing


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_headings_that_are_linked_are_there(document: Path) -> None:
    """A link with an anchor leads to a heading, called as GitHub calls it."""
    missing = []
    for link, anchor in ANCHORED.findall(document.read_text(encoding="utf-8")):
        target = document.parent / link if link else document
        headings = HEADING.findall(target.read_text(encoding="utf-8"))
        if anchor not in {re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings}:
            missing.append(f"{link}#{anchor}")
    assert not missing
