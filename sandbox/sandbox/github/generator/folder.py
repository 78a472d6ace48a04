"""The data folder of a generated organisation."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import msgspec

from sandbox.github.generator import clock, fast_import
from sandbox.github.generator.commit_objects import commit_object
from sandbox.github.generator.directory import external_identities, ldap_dn, mapping_csv
from sandbox.github.generator.named import Named
from sandbox.github.generator.people import people
from sandbox.github.generator.pull_objects import pull_object, review_object
from sandbox.github.generator.repository_objects import organization_object, repository_object
from sandbox.github.generator.settings import ORGANIZATION, ORGANIZATION_IDS, repositories
from sandbox.github.generator.shipping_objects import (
    deployment_object,
    deployment_status_objects,
    release_object,
)
from sandbox.github.generator.simulation import Simulation
from sandbox.github.git import Git
from sandbox.github.lines import write_bytes, write_lines
from sandbox.github.repository import EMPTY

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from sandbox.github.generator.people import People, Person
    from sandbox.github.generator.settings import RepositorySettings, Size
    from sandbox.github.git import LoggedCommit
    from sandbox.github.lines import Json

MEMBERS_OF_SECOND = 5


@dataclass(frozen=True)
class World:
    """What is written: everything that there is at the end of a day."""

    folder: Path
    size: Size
    seed: int
    last: date

    @cached_property
    def people(self) -> People:
        """Return everyone."""
        return people(self.seed, self.size.members)

    def write(self) -> None:
        """Write the data folder."""
        for login, identity in ORGANIZATION_IDS.items():
            everyone = self.people.members
            members = everyone if login == ORGANIZATION else everyone[:MEMBERS_OF_SECOND]
            _write_json(self.folder / login / "organization.json", organization_object(login, identity))
            write_lines(self.folder / login / "members.jsonl", [self._member(person) for person in members])
        identities = external_identities(self.people)
        write_lines(self.folder / ORGANIZATION / "external_identities.jsonl", identities)
        write_bytes(self.folder / "user_mapping.csv", mapping_csv(self.people).encode())
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # git works in processes of its own
            list(pool.map(self._write_repository, *zip(*enumerate(repositories(self.size)), strict=True)))

    def _member(self, person: Person) -> Json:
        name = ldap_dn(self.people, person)
        return {**(person.user or {}), **({"ldap_dn": name} if name else {})}

    def _write_repository(self, index: int, settings: RepositorySettings) -> None:
        records = Simulation(settings, self.size, self.seed, self.people).play(self.last)
        target = self.folder / settings.organization / settings.name
        owner = organization_object(settings.organization, ORGANIZATION_IDS[settings.organization])
        made_at = clock.day_start(self.size.since) - 90 * clock.DAY
        pushed_at = max((commit.committer.at for commit in records.commits), default=made_at)
        repository = repository_object(settings, owner, index, (made_at, pushed_at))
        _write_json(target / "repository.json", {**repository, **_sandbox(settings)})
        if records.commits:
            shas = fast_import.build(target / "git", records)
            _write_contents(target, Named(index, repository, records, shas, self.people))
        elif settings.status == EMPTY:
            fast_import.initialised(target / "git")


def _write_json(path: Path, value: Json) -> None:
    write_bytes(path, msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n")


def _sandbox(settings: RepositorySettings) -> Json:
    """Return what the server has to know of a repository, and GitHub's object does not say."""
    notes: Json = {}
    if settings.status:
        notes["status"] = settings.status
    if settings.previous_names:
        notes["previous_full_names"] = [f"{settings.organization}/{name}" for name in settings.previous_names]
    return {"_sandbox": notes} if notes else {}


def _write_contents(target: Path, named: Named) -> None:
    git, records = Git(target / "git"), named.records
    pulls = list(records.pulls.values())
    commits = {commit.sha: commit for commit in git.log("--all")}
    tree = {mark: commits[sha].tree for mark, sha in named.shas.items() if sha in commits}
    bases = [(tree[pull.base], tree[pull.head]) for pull in pulls]
    totals = git.totals(bases)
    write_lines(
        target / "pulls.jsonl", [pull_object(named, *each) for each in zip(pulls, totals, strict=True)]
    )
    write_lines(
        target / "reviews.jsonl",
        [review_object(named, pull, *given) for pull in pulls for given in pull.reviews],
    )
    write_lines(
        target / "pull_commits.jsonl",
        [{"number": pull.number, "shas": [named.shas[mark] for mark in pull.marks]} for pull in pulls],
    )
    write_lines(target / "commits.jsonl", _commits(git, named, commits))
    deployments = list(enumerate(records.deployments))
    write_lines(target / "deployments.jsonl", [deployment_object(named, *each) for each in deployments])
    statuses = (status for each in deployments for status in deployment_status_objects(named, *each))
    write_lines(target / "deployment_statuses.jsonl", statuses)
    write_lines(
        target / "releases.jsonl", [release_object(named, *each) for each in enumerate(records.releases)]
    )


def _commits(git: Git, named: Named, logged: dict[str, LoggedCommit]) -> list[Json]:
    """Return all commits, those of the default branch first; both parts in git's order."""
    on_branch = git.run("rev-list", f"refs/heads/{fast_import.DEFAULT_BRANCH}").split()
    others = logged.keys() - set(on_branch)
    row = partial(commit_object, named.repository, named.user_of)
    return [
        *(row(logged[sha], on_default_branch=True) for sha in on_branch),
        *(row(logged[sha], on_default_branch=False) for sha in logged if sha in others),
    ]
