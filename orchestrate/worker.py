"""Runs Meltano as one of several workers, each with a part of the work and a state of its own.

    python -m orchestrate.worker --organization acme -- run tap-github-custom target-gcs-snowflake-merge
    python -m orchestrate.worker --shard 2/4 -- run tap-github-custom target-gcs-snowflake-merge
    python -m orchestrate.worker --name backfill -- run tap-github-custom target-gcs-snowflake-merge

Workers may run at once, on one machine or many. What makes one is nothing but variables, so a container can
set them as well. On one machine each worker needs a folder of Meltano's own besides, since Meltano writes a
run's catalog and state to a place that all runs of a project share: `.meltano/workers/NAME`, with the plugins
of the project linked in. Meltano's database lies there too where it is a file, and with it any state that has
no other place.

Parts of one run of Airflow are runs of their own: each leaves a summary, and none speaks for another.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import uuid
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_FOUND = 127
SQLITE = "sqlite://"
SYSTEM_FOLDER = "MELTANO_SYS_DIR_ROOT"
AIRFLOW_RUN = ("AIRFLOW_CTX_DAG_ID", "AIRFLOW_CTX_DAG_RUN_ID")
PLUGIN_FOLDERS = ("extractors", "loaders", "mappers", "utilities")


@dataclass(frozen=True)
class Part:
    """What one worker reads: an organisation, a share such as 2/4, a share of one, or what it is told."""

    organization: str | None = None
    shard: str | None = None
    label: str | None = None
    """What tells apart workers whose settings say themselves what they read."""

    @property
    def name(self) -> str:
        """Name of the worker; suffix of its state's id and name of its folder."""
        shard = f"shard-{self.shard.replace('/', '-of-')}" if self.shard else None
        words = "-".join(filter(None, (self.label, self.organization, shard)))
        return re.sub(r"[^a-z0-9-]", "-", words.lower())

    @property
    def arguments(self) -> list[str]:
        """Return what makes this module run Meltano as this worker."""
        organization = ["--organization", self.organization] if self.organization else []
        return organization + (["--shard", self.shard] if self.shard else [])

    def variables(self) -> dict[str, str]:
        """Return what makes any Meltano run this worker's."""
        variables = {"MELTANO_RUN_STATE_ID_SUFFIX": self.name}
        if self.organization:
            variables["TAP_GITHUB_CUSTOM_ORGANIZATIONS"] = json.dumps([self.organization])
            variables["TAP_GITHUB_CUSTOM_REPOSITORIES"] = "[]"
        if self.shard:
            variables["TAP_GITHUB_CUSTOM_SHARD"] = self.shard
        return variables

    def run(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return what names its run, if it is part of one of Airflow's: the same for each try."""
        whole = [environment[name] for name in AIRFLOW_RUN if environment.get(name)]
        if environment.get("MELTANO_RUN_ID") or not whole:
            return {}
        return {"MELTANO_RUN_ID": str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join([*whole, self.name])))}


def parts(organizations: Sequence[str], shards: int) -> tuple[Part, ...]:
    """Return the parts that make a whole: organisations, in so many shards; none: nothing is split."""
    if not organizations and not shards:
        return ()
    shares = [f"{number + 1}/{shards}" for number in range(shards)]
    return tuple(Part(*each) for each in product(organizations or (None,), shares or (None,)))


def make_folder(system: Path, folder: Path) -> None:
    """Make a folder of Meltano's own, with the plugins of another such folder in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for plugins in PLUGIN_FOLDERS:
        link = folder / plugins
        if not link.is_symlink():
            link.symlink_to(system / plugins, target_is_directory=True)


def shard(text: str) -> str:
    """Take a share such as 2/4, or raise `ArgumentTypeError`."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        message = f"{text!r} is not a share such as 2/4"
        raise argparse.ArgumentTypeError(message)
    return text


def main(arguments: list[str]) -> int:
    """Become Meltano; return an exit code where that is not possible."""
    parser = argparse.ArgumentParser(prog="python -m orchestrate.worker", description=__doc__.splitlines()[0])
    parser.add_argument("--organization", metavar="LOGIN", help="read this organisation only")
    parser.add_argument("--shard", type=shard, metavar="N/COUNT", help="read this share of the repositories")
    parser.add_argument("--name", metavar="NAME", help="read what the settings say, beside other runs")
    parser.add_argument("command", nargs="+", metavar="-- ARGUMENT", help="what Meltano is to do")
    given = parser.parse_args(arguments)
    part = Part(given.organization, given.shard, given.name)
    if not part.name:
        parser.error("say what the worker reads: --organization, --shard or both, or --name")
    system = Path(os.environ.get(SYSTEM_FOLDER) or ".meltano").absolute()  # links in it lead to it
    folder = system / "workers" / part.name
    make_folder(system, folder)
    meltano = Path(sys.executable).with_name("meltano")
    environment = {**dotenv_values(".env"), **os.environ}
    own = {**part.variables(), **part.run(os.environ), SYSTEM_FOLDER: str(folder)}
    variables = {**os.environ, **own}
    if (environment.get("MELTANO_DATABASE_URI") or SQLITE).startswith(SQLITE):
        variables["MELTANO_DATABASE_URI"] = f"{SQLITE}/{folder / 'meltano.db'}"  # two cannot set up a new one
    try:
        os.execvpe(meltano, [str(meltano), *given.command], variables)  # noqa: S606 - no shell is needed
    except OSError as error:
        sys.stderr.write(f"{meltano}: {error.strerror}\n")
        return NOT_FOUND


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
