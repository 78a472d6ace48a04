"""What a page says of all rows does not depend on how many its tables have room for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from dashboard import statement

from .pages import metrics, opened

if TYPE_CHECKING:
    from pathlib import Path

    from streamlit.testing.v1 import AppTest

    from tests.transform.warehouse import Warehouse

pytestmark = pytest.mark.timeout(600)


def across_teams(app: AppTest) -> str:
    """Return how many reviews go across teams, as the page says it."""
    (said,) = (each.value for each in app.caption if "go across teams" in each.value)
    return str(said).partition(".")[0]


def alone(app: AppTest) -> str:
    """Return how many folders one person wrote, as the page says it."""
    (said,) = (each.value for each in app.caption if "by one person" in each.value)
    return str(said)


def test_numbers_are_those_of_all_rows(
    connected: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """However few a table has room for: here one."""
    del connected

    def said() -> tuple[str, str, str]:
        reverted = metrics(opened("delivery"))["Reverted changes"]
        return reverted, across_teams(opened("teams")), alone(opened("code"))

    whole = said()
    for path in statement.FOLDER.glob("*.sql"):
        text = re.sub(r"^limit \d+$", "limit 1", path.read_text(), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text)
    monkeypatch.setattr(statement, "FOLDER", tmp_path)
    statement._text.cache_clear()  # noqa: SLF001 - it has read the files already
    try:
        assert said() == whole
        left_out = "".join(each.value for each in opened("teams").caption)
        assert "pairs with few reviews are left out" in left_out
    finally:
        statement._text.cache_clear()  # noqa: SLF001 - nor may it keep these
