"""A stream that is added as CONTRIBUTING.md says, and by nothing else."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sandbox.servers import TOKEN

from .made import LOGIN, Made

if TYPE_CHECKING:
    from sandbox.servers import Server

ROOT = Path(__file__).parents[2]
PACKAGE = "tap_github_custom"
START = f"from {PACKAGE}.cli import main; main()"
BLOCK = re.compile(r"^ *```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a copy of the tap with the stream of CONTRIBUTING.md in it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    name, listed, stream = (re.sub(r"^ {3}", "", block, flags=re.MULTILINE) for block in BLOCK.findall(text))
    folder = tmp_path / PACKAGE
    shutil.copytree(ROOT / "tap-github-custom" / PACKAGE, folder)
    _write_schema(folder / "schemas")
    _insert(folder / "stream_names.py", 'MILESTONE = "milestone"\n', name)
    reading = folder / "reading" / "listed.py"
    _insert(reading, "stream_names import MILESTONE", ", LABEL")
    _insert(reading, "LISTED = {\n", listed)
    _insert(folder / "streams.py", "\n\n", stream + "\n\n", before="STREAMS: tuple")
    _insert(folder / "streams.py", "    MilestoneStream,\n", "    LabelStream,\n")
    return folder


def test_it_is_read(package: Path, made: Made, made_github: Server, tmp_path: Path) -> None:
    """With the columns of its schema, under their names there, and those of its repository."""
    made.add("app", 1)
    made.put("app", "labels", [{"id": 5, "name": "bug", "default": True, "url": "not a column"}])
    environment = os.environ | {"PYTHONPATH": str(package.parent)}
    config = tmp_path / "config.json"
    settings = {"organizations": [LOGIN], "auth_token": TOKEN, "api_url": made_github.url}
    config.write_text(
        json.dumps({**settings, "commit_source": "api", "cache_dir": str(tmp_path / "cache")}),
        encoding="utf-8",
    )

    def tap(*arguments: str) -> str:
        command = [sys.executable, "-c", START, "--config", str(config), *arguments]
        run = subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    catalog = tmp_path / "catalog.json"
    catalog.write_text(json.dumps(_selecting("label", json.loads(tap("--discover")))), encoding="utf-8")
    messages = [json.loads(line) for line in tap("--catalog", str(catalog)).splitlines()]
    records = [each["record"] for each in messages if each["type"] == "RECORD" and each["stream"] == "label"]
    row = {"id": 5, "name": "bug", "is_default": True, "_source_org": LOGIN}
    assert records == [row | {"repository_id": records[0]["repository_id"]}]


def _write_schema(folder: Path) -> None:
    frame = json.loads((folder / "milestone.json").read_text(encoding="utf-8"))
    kept = {name: frame["properties"][name] for name in ("id", "repository_id", "_source_org")}
    own = {"name": {"type": ["string", "null"]}, "is_default": {"type": ["boolean", "null"]}}
    (folder / "label.json").write_text(json.dumps({**frame, "properties": kept | own}), encoding="utf-8")


def _insert(path: Path, after: str, inserted: str, *, before: str = "") -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(after + before) == 1
    path.write_text(text.replace(after + before, after + inserted + before), encoding="utf-8")


def _selecting(stream: str, catalog: dict[str, Any]) -> dict[str, Any]:
    for entry in catalog["streams"]:
        for each in entry["metadata"]:
            if not each["breadcrumb"]:
                each["metadata"]["selected"] = entry["tap_stream_id"] == stream
    return catalog
