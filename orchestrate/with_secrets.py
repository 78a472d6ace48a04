"""Runs a command whose variables may name secrets: each is read from Google Secret Manager first.

    python -m orchestrate.with_secrets meltano --environment=prod run github-insights

A variable of the process or of .env that is `projects/P/secrets/S/versions/V` reaches the command as that
secret's value, for the loader and dbt as well, which know no such references themselves. Nothing is written
to a file; a secret that cannot be read ends the command before it begins. Only the alert goes on: it tells of
such a secret, whose variable reaches it empty. SECRET_MANAGER_ENDPOINT: where Secret Manager answers, if not
at its usual place.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING

from dotenv import dotenv_values
from tap_github_custom.credentials.secret_manager import REFERENCE, SecretManager
from tap_github_custom.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USAGE = 64  # what sysexits.h calls a command used wrongly
BAD_SECRET = 78  # ... and a configuration that is wrong
NOT_FOUND = 127
CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS"
UNREAD = "UNREAD_SECRETS"
"""The variable that tells the alert of secrets that cannot be read, a sentence a line."""


def resolved(environment: Mapping[str, str], manager: SecretManager) -> tuple[dict[str, str], list[str]]:
    """Return the variables with the values of the secrets that they name, and a sentence for each unread one.

    What names an unread secret is empty, which counts as not set: nobody takes its name for a password.
    """
    variables, unread = dict(environment), []
    for name, value in environment.items():
        if REFERENCE.fullmatch(value.strip()):
            try:
                variables[name] = manager.secret(value, name).reveal()
            except ConfigurationError as error:
                variables[name] = ""
                unread.append(" ".join(str(error).split()))
    return variables, unread


def is_alert(command: Sequence[str]) -> bool:
    """Tell whether a command is the alert, with or without a job in it: what tells must go on."""
    return ("-m", "orchestrate.alert") in pairwise(command)


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
    variables, unread = resolved(environment, manager)
    if unread and not is_alert(command):
        sys.stderr.writelines(f"{sentence}\n" for sentence in unread)
        return BAD_SECRET
    if unread:
        variables[UNREAD] = "\n".join(unread)
    try:
        os.execvpe(command[0], command, variables)  # noqa: S606 - the user's own command, without a shell
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
