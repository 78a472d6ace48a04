"""The wiring agrees with what it wires: settings, requirements, the example of the environment."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from meltano.cli.cli import detect_selected_environment
from meltano.core.project import Project

from .conftest import BIN, ROOT

if TYPE_CHECKING:
    from pathlib import Path

PLUGINS = {"tap-github-custom": "extractors", "target-gcs-snowflake-merge": "loaders"}
# Settings that the Singer SDK adds to every plugin; Meltano offers them without a declaration.
SDK_SETTINGS = re.compile(
    r"^(stream_maps|stream_map_config|faker_config|flattening_\w+|batch_config|add_record_metadata|load_method"
    r"|validate_records|process_activate_version_messages|default_target_schema|http_\w+|sql_\w+)$",
)


def definition(plugin: str) -> dict[str, Any]:
    """Return what meltano.yml says of a plugin."""
    project = yaml.safe_load((ROOT / "meltano.yml").read_text(encoding="utf-8"))
    (found,) = (p for p in project["plugins"][PLUGINS[plugin]] if p["name"] == plugin)
    return dict(found)


def declared(plugin: str) -> dict[str, dict[str, Any]]:
    """Return the settings that meltano.yml declares for a plugin, by name."""
    return {setting["name"]: setting for setting in definition(plugin)["settings"]}


@cache
def about(plugin: str) -> dict[str, dict[str, Any]]:
    """Return the settings that the plugin itself says it has, by name."""
    output = subprocess.run(
        [str(BIN / plugin), "--about", "--format=json"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    settings: dict[str, dict[str, Any]] = json.loads(output)["settings"]["properties"]
    return settings


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_setting_of_a_plugin_is_declared(plugin: str) -> None:
    """meltano.yml declares each setting that `--about` names, and no other."""
    own = {name for name in about(plugin) if not SDK_SETTINGS.match(name) or name in declared(plugin)}
    assert own == declared(plugin).keys()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_commands_of_a_plugin_are_there(plugin: str) -> None:
    """What `meltano invoke PLUGIN:COMMAND` would run, the plugin knows."""
    commands = definition(plugin)["commands"]
    assert "doctor" in commands
    shown = subprocess.run([str(BIN / plugin), "--help"], check=True, capture_output=True, text=True).stdout
    for name, arguments in commands.items():
        assert f"`{name}`" in shown
        subprocess.run([str(BIN / plugin), *arguments.split(), "--help"], check=True, capture_output=True)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_secrets_are_declared_sensitive(plugin: str) -> None:
    """What the plugin calls a secret, Meltano hides."""
    secrets = {name for name, setting in about(plugin).items() if setting.get("secret")}
    assert secrets
    assert secrets == {name for name, setting in declared(plugin).items() if setting.get("sensitive")}


@pytest.mark.parametrize("plugin", PLUGINS)
def test_defaults_are_those_of_the_plugin(plugin: str) -> None:
    """A default in meltano.yml is the default of the plugin."""
    defaults = {n: s["value"] for n, s in declared(plugin).items() if "value" in s}
    assert defaults == {name: about(plugin)[name].get("default") for name in defaults}


@pytest.mark.parametrize(
    ("folder", "selection"),
    [
        *((plugin, ("--package", plugin, "--no-dev", "--no-emit-workspace")) for plugin in PLUGINS),
        ("analyze", ("--package", "github-snowflake-dashboard", "--no-dev", "--no-emit-workspace")),
        ("transform", ("--only-group", "dbt")),
    ],
)
def test_requirements_are_those_of_the_lock_file(folder: str, selection: tuple[str, ...]) -> None:
    """`make requirements` has been run since the lock file changed."""
    exported = subprocess.run(
        [
            str(ROOT / ".venv" / "bin" / "uv"),
            *("export", "--quiet", "--frozen", *selection),
            *("--no-hashes", "--no-header"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert (ROOT / folder / "requirements.txt").read_text(encoding="utf-8") == exported


def test_the_example_names_only_variables_that_are_read() -> None:
    """Each variable of .env.example is a declared setting, or is read by somebody."""
    names = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    readers = "".join(
        path.read_text(encoding="utf-8")
        for path in (
            ROOT / "meltano.yml",
            ROOT / "analyze" / "dashboard" / "settings.py",
            ROOT / "orchestrate" / "alert" / "__main__.py",
            ROOT / "orchestrate" / "with_secrets.py",
            *(ROOT / "transform").rglob("profiles.yml"),
        )
    )
    settings = {
        f"{plugin}_{name}".replace("-", "_").upper() for plugin in PLUGINS for name in declared(plugin)
    }
    assert [name for name in names if name not in settings and name not in readers] == []


def test_the_example_is_of_prod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an option what it holds is used in `prod`, with its bookmarks; the sandbox stays itself."""
    shutil.copy(ROOT / "meltano.yml", tmp_path)
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    project = Project(tmp_path)

    def selected() -> tuple[str | None, bool]:
        return detect_selected_environment(cli_environment=None, cli_no_environment=False, project=project)

    monkeypatch.delenv("MELTANO_ENVIRONMENT", raising=False)
    assert selected() == ("prod", False)
    monkeypatch.setenv("MELTANO_ENVIRONMENT", "sandbox")  # as `sandbox run` does
    assert selected() == ("sandbox", False)


def test_the_example_is_complete() -> None:
    """It has, if only as a remark, what meltano.yml and dbt read, and each secret of the tap."""
    named = set(
        re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    )
    profiles = (ROOT / "transform" / "profiles" / "profiles.yml").read_text(encoding="utf-8")
    wired = set(re.findall(r"\$([A-Z_]+)", (ROOT / "meltano.yml").read_text(encoding="utf-8")))
    read = {name for name in wired if not name.startswith("MELTANO_")}
    read |= set(re.findall(r"env_var\('(\w+)'", profiles)) - {"DBT_TARGET"}
    read |= {
        f"TAP_GITHUB_CUSTOM_{name}".upper()
        for name, setting in declared("tap-github-custom").items()
        if setting.get("sensitive")
    }
    assert read <= named
