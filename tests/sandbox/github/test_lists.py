"""Lists that a data folder may hold, whatever they are about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import requests
from sandbox.github.generate import generate
from sandbox.servers import TOKEN, serve_github

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_a_list(tmp_path: Path) -> None:
    """Page by page; a list of GitHub's without a file is empty, anything else is not found."""
    data = tmp_path / "data"
    generate(data, seed=1, size="tiny")
    lines = [json.dumps({"id": number}) for number in range(3)]
    (data / "lantern-works" / "platform" / "labels.jsonl").write_text("\n".join(lines), encoding="utf-8")
    with serve_github(data) as server:

        def get(name: str) -> requests.Response:
            url = f"{server.url}/repos/lantern-works/platform/{name}"
            return requests.get(url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30)

        first = get("labels?per_page=2")
        assert [row["id"] for row in first.json()] == [0, 1]
        assert 'rel="next"' in first.headers["Link"]
        assert [row["id"] for row in get("labels?per_page=2&page=2").json()] == [2]
        assert get("milestones").json() == []
        assert [get(name).status_code for name in ("reviews", "nothing")] == [404, 404]
