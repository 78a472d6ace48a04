"""Runs a command whose variables may name secrets: each is read from Google Secret Manager first.

    python -m orchestrate.with_secrets meltano --environment=prod run github-insights

A variable of the process or of .env that is `projects/P/secrets/S/versions/V` reaches the command as that
secret's value, for the loader and dbt as well, which know no such references themselves. Nothing is written
to a file; a secret that cannot be read ends the command before it begins.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dotenv import dotenv_values
from tap_github_custom.credentials.secret_manager import REFERENCE, SecretManager
from tap_github_custom.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

USAGE = 64  # what sysexits.h calls a command used wrongly
BAD_SECRET = 78  # ... and a configuration that is wrong
NOT_FOUND = 127
CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS"


def resolved(environment: Mapping[str, str], manager: SecretManager) -> dict[str, str]:
    """Return the variables with the values of the secrets that they name, or raise `ConfigurationError`."""
    return {
        name: manager.secret(value, name).reveal() if REFERENCE.fullmatch(value.strip()) else value
        for name, value in environment.items()
    }


def main(command: list[str]) -> int:
    """Become the command; return an exit code where that is not possible."""
    if command[:1] in (["-h"], ["--help"]):
        sys.stdout.write(__doc__)
        return 0
    if not command:
        sys.stderr.write("Name the command to run: python -m orchestrate.with_secrets COMMAND ...\n")
        return USAGE
    of_file = {name: value or "" for name, value in dotenv_values(".env").items()}
    environment = {**of_file, **os.environ}
    if environment.get(CREDENTIALS):
        os.environ[CREDENTIALS] = environment[CREDENTIALS]  # Google's client looks for it here
    manager = SecretManager(environment.get("SECRET_MANAGER_ENDPOINT") or None)
    try:
        variables = resolved(environment, manager)
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return BAD_SECRET
    try:
        os.execvpe(command[0], command, variables)  # noqa: S606 - the user's own command, without a shell
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
