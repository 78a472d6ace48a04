"""Any Meltano project can take either half, by its definition; its README says the same."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml
from tap_github_custom.reading.listed import LISTED

from docs.plugins import EXTRAS, TAP, written
from tests.pipeline.conftest import BIN, RAW, Sandbox

from .conftest import PLUGINS, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Built

KINDS = dict(zip(PLUGINS, ("extractors", "loaders"), strict=True))


@pytest.mark.parametrize("plugin", PLUGINS)
def test_what_is_written_is_what_the_plugin_says(plugin: str) -> None:
    """`make plugins` has been run since a setting changed."""
    for path, content in written(plugin).items():
        assert path.read_text(encoding="utf-8") == content, f"{path} is old: run `make plugins`"


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_definition_agrees_with_the_wiring(plugin: str) -> None:
    """Kinds, options, defaults, descriptions and what is secret are those that meltano.yml declares."""
    own = yaml.safe_load((ROOT / plugin / "plugin.yml").read_text(encoding="utf-8"))
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (here,) = (each for each in project["plugins"][KINDS[plugin]] if each["name"] == plugin)
    of_definition = {each["name"]: each for each in own["settings"]}
    for setting in here["settings"]:
        other = of_definition[setting["name"]]
        kinds = {setting["kind"], other["kind"]}
        assert len(kinds) == 1 or kinds == {"string", "options"}, setting["name"]
        assert setting.get("sensitive") == other.get("sensitive"), setting["name"]
        for name in ("value", "label", "description"):
            assert setting.get(name) == other.get(name), setting["name"]
    assert own["commands"] == here["commands"]
    assert {name: here.get(name) for name in EXTRAS[plugin]} == EXTRAS[plugin]
    assert {name for group in own["settings_group_validation"] for name in group} <= of_definition.keys()


@pytest.mark.timeout(600)
def test_plain_lists_are_for_those_who_ask() -> None:
    """Meltano selects everything, also what the tap leaves out by itself: a request for each repository."""
    assert ["*.*", *(f"!{stream}.*" for stream in sorted(LISTED))] == EXTRAS[TAP]["select"]


def test_another_project_takes_both(built: dict[str, Built], tmp_path: Path) -> None:
    """Added by their definitions, installed from their wheels, they load the sandbox's organisation."""
    sandbox = Sandbox(tmp_path / "sandbox")
    meltano = str(BIN / "meltano")
    project = tmp_path / "scratch"

    def run(*command: str, folder: Path = project) -> str:
        result = subprocess.run(
            command, cwd=folder, env=sandbox.environment(), capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-3000:]
        return result.stdout

    run(meltano, "init", "scratch", "--no-usage-stats", folder=tmp_path)
    for plugin in PLUGINS:
        run(meltano, "add", "--no-install", "--from-ref", str(ROOT / plugin / "plugin.yml"), plugin)
    manifest = project / "meltano.yml"
    content = yaml.safe_load(manifest.read_text(encoding="utf-8"))
    for plugin, kind in KINDS.items():
        (added,) = content["plugins"][kind]
        assert (added["name"], added["pip_url"]) == (plugin, plugin)
        added["pip_url"] = str(built[plugin].wheel)
    manifest.write_text(yaml.safe_dump(content), encoding="utf-8")
    run(meltano, "install")
    result = sandbox.run("env", f"--chdir={project}", meltano, "--environment=dev", "run", *PLUGINS)
    assert result.returncode == 0, result.stdout[-5000:]
    assert sandbox.sql(f"select count(*) as n from {RAW}.PULL_REQUEST")[0]["N"] > 0
