"""The settings of the DAGs: one variable of Airflow, `github_pipeline`, a JSON object.

Airflow takes it from AIRFLOW_VAR_GITHUB_PIPELINE, from a secrets backend, or from what was set in its pages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from orchestrate.worker import Part, parts

VARIABLE = "github_pipeline"


class SettingsError(Exception):
    """The variable cannot be used; the text says why."""


@dataclass(frozen=True)
class Settings:
    """How a schedule is run: in which parts, how often again, for how long."""

    organizations: tuple[str, ...] = ()
    """A mapped task for each."""
    shards: int = 0
    """Mapped tasks that share the repositories (of each organisation, where there are some)."""
    retries: int = 2
    retry_minutes: float = 5
    """Before the first retry, twice that before the second; Meltano holds the job of a killed run for 5."""
    deadline_hours: float = 12
    """Of a whole run, which is then ended; what it has loaded stays. 0: none."""

    @classmethod
    def parse(cls, text: str | None) -> Settings:
        """Return the settings that the variable holds, or raise `SettingsError`."""
        try:
            given = json.loads(text or "{}")
        except ValueError as error:
            problem = f"is no JSON: {error}"
        else:
            problem = _problem(given)
        if problem:
            message = f"The variable {VARIABLE} {problem}."
            raise SettingsError(message)
        return cls(**{**given, "organizations": tuple(given.get("organizations", ()))})

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the mapped tasks read, each a part; none: there is one task for all."""
        return parts(self.organizations, self.shards)


def _problem(given: Any) -> str:  # noqa: ANN401 - decoded JSON
    """Return what is wrong with the settings, if anything."""
    names = [field.name for field in fields(Settings)]
    if not isinstance(given, dict) or not given.keys() <= set(names):
        return f"must be a JSON object of {', '.join(names)}"
    for name, value in given.items():
        if name == "organizations":
            if not isinstance(value, list) or not all(isinstance(login, str) for login in value):
                return 'must have logins as organizations, such as ["acme"]'
            if len({Part(login).name for login in value}) < len(value):
                return "must have each of its organizations once"
        elif type(value) not in ((int,) if name in {"shards", "retries"} else (int, float)) or value < 0:
            return f"must have a number, 0 or more, as {name}"
    return ""
