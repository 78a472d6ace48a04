"""Writes what other projects read of the plugins from what these say of themselves.

    make plugins        the table of settings in each README, and `plugin.yml`, Meltano's definition

A plugin is asked by `--about --format=json`, so that it and what is written of it cannot part.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- settings: written by make plugins -->", "<!-- settings: end -->"
TAP, TARGET = "tap-github-custom", "target-gcs-snowflake-merge"
# What the SDK says of a plugin, and Meltano has no name for, is left out.
CAPABILITIES = (
    "about",
    "catalog",
    "discover",
    "state",
    "stream-maps",
    "schema-flattening",
    "structured-logging",
    "test",
)
# Which settings together are enough.
GROUPS = {
    TAP: [
        [*credential, which]
        for credential in (
            ["auth_token"],
            ["auth_tokens"],
            ["app_id", "private_key"],
            ["app_id", "private_key_path"],
        )
        for which in ("organizations", "repositories")
    ],
    TARGET: [
        ["bucket", "account", "user", credential]
        for credential in ("private_key_path", "private_key", "password", "authenticator")
    ],
}
EXTRAS: dict[str, dict[str, Any]] = {
    TAP: {
        # Else a new version of the tap sends neither its new columns nor its new streams.
        "use_cached_catalog": False,
        # Meltano selects everything; what costs a request for each repository is for those who ask for it.
        "select": ["*.*", "!milestone.*"],
    },
    TARGET: {},
}
COMMANDS = {
    TAP: {"doctor": "doctor --config=ENV"},
    TARGET: {"doctor": "doctor --config=ENV", "replay": "replay --config=ENV"},
}
LABELS = {TAP: "GitHub", TARGET: "Snowflake by way of GCS"}

HEADING = """\
# Written by `make plugins` from what the plugin says of itself.
# meltano add --from-ref {name}/plugin.yml {name}
"""


def about(plugin: str) -> dict[str, Any]:
    """Return what a plugin says of itself."""
    command = [str(Path(sys.executable).with_name(plugin)), "--about", "--format=json"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours
    found: dict[str, Any] = json.loads(printed)
    return found


def definition(plugin: str, told: dict[str, Any]) -> str:
    """Return Meltano's definition of a plugin, as YAML."""
    content = {
        "plugin_type": "extractors" if plugin == TAP else "loaders",
        "name": plugin,
        "namespace": plugin.replace("-", "_"),
        "variant": "github-snowflake-pipeline",
        "label": LABELS[plugin],
        "description": told["description"],
        "pip_url": plugin,
        "executable": plugin,
        "capabilities": [each for each in CAPABILITIES if each in told["capabilities"]],
        "log_parser": "singer-sdk",
        "commands": COMMANDS[plugin],
        **EXTRAS[plugin],
        "settings_group_validation": GROUPS[plugin],
        "settings": [_setting(name, spec) for name, spec in told["settings"]["properties"].items()],
    }
    written: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    return HEADING.format(name=plugin) + written


def _setting(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    """Return a setting whose value Meltano leaves as it is.

    Of another kind it would end with a stack trace, and show what a secret holds, before the plugin can say
    which setting it is; and guess what a date means.
    """
    made = {"name": name, "label": spec.get("title", name), "description": spec.get("description", "")}
    if spec.get("enum"):
        made["description"] += f" One of {', '.join(each for each in spec['enum'] if each is not None)}."
    made["kind"] = "string"
    if spec.get("secret"):
        made["sensitive"] = True
    if spec.get("default") is not None:
        made["value"] = spec["default"]
    return made


def table(told: dict[str, Any]) -> str:
    """Return the table of a plugin's settings, in Markdown."""
    required = set(told["settings"].get("required", ()))
    lines = ["| setting | default | |", "|---|---|---|"]
    for name, spec in told["settings"]["properties"].items():
        default = "required" if name in required else _default(spec.get("default"))
        description = " ".join(spec.get("description", "").split()).replace("|", "\\|")
        lines.append(f"| `{name}` | {default} | {description} |")
    return "\n".join(lines)


def _default(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if value is None:
        return ""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def with_table(readme: str, made: str) -> str:
    """Return the text of a README with another table of settings; raise `ValueError` where it has none."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        message = f"The README has no lines {BEGIN} and {END}."
        raise ValueError(message)
    return f"{before}{BEGIN}\n{made}\n{END}{after}"


def written(plugin: str) -> dict[Path, str]:
    """Return what is written of a plugin, by file."""
    folder, told = ROOT / plugin, about(plugin)
    readme = folder / "README.md"
    return {
        folder / "plugin.yml": definition(plugin, told),
        readme: with_table(readme.read_text(encoding="utf-8"), table(told)),
    }


if __name__ == "__main__":
    for each in (TAP, TARGET):
        for path, content in written(each).items():
            path.write_text(content, encoding="utf-8")
