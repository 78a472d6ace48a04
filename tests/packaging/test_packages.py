"""Each plugin is a package of its own: it can be built, installed alone, and asked what it is."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

from .conftest import PLUGINS, ROOT, SUPPORTED, Built, pythons, uv

# What a run needs and an answer to --about does not.
HEAVY = ("snowflake.connector", "google.cloud.storage", "google.cloud.secretmanager", "pyarrow", "pandas")
AT_HAND = pythons()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_archives_hold_what_they_need(plugin: str, built: dict[str, Built]) -> None:
    """Code, marker of types, licence and README; the name, the Pythons and the licence in the metadata."""
    package = plugin.replace("-", "_")
    with zipfile.ZipFile(built[plugin].wheel) as wheel:
        names = wheel.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        told = message_from_bytes(wheel.read(metadata))
    assert f"{package}/py.typed" in names
    assert {name.split("/")[0].split("-")[0] for name in names} == {package}
    assert any(name.endswith("LICENSE") for name in names)
    assert (told["Name"], told["License-Expression"], told["Requires-Python"]) == (
        plugin,
        "Apache-2.0",
        "<3.15,>=3.11",
    )
    assert str(told.get_payload()).startswith(f"# {plugin}")
    with tarfile.open(built[plugin].sdist) as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()}
    assert (ROOT / plugin / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert {"LICENSE", "README.md", "pyproject.toml", f"{package}/py.typed"} <= inside


def test_a_supported_python_is_at_hand() -> None:
    """The one that runs the tests, at least."""
    assert f"3.{sys.version_info.minor}" in AT_HAND


@pytest.mark.parametrize("minor", AT_HAND)
@pytest.mark.parametrize("plugin", PLUGINS)
def test_it_installs_alone(plugin: str, minor: str, built: dict[str, Built], tmp_path: Path) -> None:
    """From its wheel into an empty environment of each Python that is at hand; it says the same of itself."""
    uv("venv", "--quiet", "--python", AT_HAND[minor], str(tmp_path / "venv"))
    uv("pip", "install", "--quiet", "--python", str(tmp_path / "venv"), str(built[plugin].wheel))
    told, here = (
        json.loads(
            subprocess.run(
                [path / plugin, "--about", "--format=json"], capture_output=True, check=True
            ).stdout
        )
        for path in (tmp_path / "venv" / "bin", Path(sys.executable).parent)
    )
    assert told == here
    assert told["supported_python_versions"] == list(SUPPORTED)
    doctor = subprocess.run(
        [tmp_path / "venv" / "bin" / plugin, "doctor", "--config", "/dev/null"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert doctor.returncode == 1, "without settings it is not well, and all that it needs is there to say so"
    assert "Traceback" not in doctor.stdout + doctor.stderr


@pytest.mark.parametrize("plugin", PLUGINS)
def test_about_loads_little(plugin: str) -> None:
    """An answer of half a second cannot wait for libraries that take longer to load."""
    code = (
        "import sys\n"
        f"from {plugin.replace('-', '_')}.cli import main\n"
        f"sys.argv = ['{plugin}', '--about', '--format=json']\n"
        "try:\n    main()\nfinally:\n    print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout)["name"] == plugin
    assert not set(HEAVY) & set(result.stderr.splitlines())
