"""The variables as Meltano hands them to its plugins, in the environment that a run is one of."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from target_gcs_snowflake_merge.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MANIFEST = "meltano.yml"
OPTION = "--environment"


def in_force(variables: Mapping[str, str], command: Sequence[str] = ()) -> dict[str, str]:
    """Return the variables, and over them those of Meltano's environment; raise `SettingsError`.

    COMMAND is what runs Meltano. An environment's own win, as they do in Meltano; without a project in this
    folder there are none.
    """
    project = _project()
    name = _named_in(command) or variables.get("MELTANO_ENVIRONMENT") or project.get("default_environment")
    own = (each.get("env") or {} for each in project.get("environments") or () if each.get("name") == name)
    return {**variables, **{variable: str(value) for each in own for variable, value in each.items()}}


def _project() -> dict[str, Any]:
    try:
        read = yaml.safe_load(Path(MANIFEST).read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, yaml.YAMLError) as error:
        message = (
            f"{MANIFEST} cannot be read ({type(error).__name__}), so nobody knows which tables are meant."
        )
        raise SettingsError(message) from error
    return read if isinstance(read, dict) else {}


def _named_in(command: Sequence[str]) -> str | None:
    """Return the environment that a command names, as --environment=dev or --environment dev."""
    for argument, following in zip(command, [*command[1:], None], strict=False):
        name, has_value, value = argument.partition("=")
        if name == OPTION:
            return value if has_value else following
    return None
