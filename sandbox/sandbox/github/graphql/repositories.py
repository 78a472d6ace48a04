"""Repositories with their references."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.github.graphql.commits import Commit
from sandbox.github.graphql.connections import Connection, Order, listed
from sandbox.github.graphql.errors import Refusal, UnresolvedError
from sandbox.github.graphql.pull_requests import PullRequest
from sandbox.github.graphql.rows import Row
from sandbox.github.graphql.shipping import Deployment, Release

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.github import repository
    from sandbox.github.graphql.graph import Graph
    from sandbox.github.lines import Json

HIDDEN = 404
GONE = 410
REFUSALS = {
    403: ("FORBIDDEN", "Resource not accessible by personal access token"),
    HIDDEN: ("NOT_FOUND", "Could not resolve to a Repository."),
    GONE: ("NOT_FOUND", "Could not resolve to a Repository."),
    451: ("FORBIDDEN", "Repository access blocked"),
}
PULL_ORDERS = {"COMMENTS": "comments", "CREATED_AT": "created_at", "UPDATED_AT": "updated_at"}
RELEASE_ORDERS = {"NAME": "tag_name", "CREATED_AT": "created_at"}
PREFIXES = ("refs/heads/", "refs/tags/", "refs/pull/")


class Repository(Row):
    """A repository; of a fork only its own object is known."""

    typename = "Repository"

    def __init__(self, graph: Graph, row: Json, found: repository.Repository | None) -> None:
        """Take a repository as REST shows it, and what the data folder has of it."""
        super().__init__(row)
        self.graph = graph
        self.found = found

    @property
    def is_refused(self) -> bool:
        """Tell whether nothing below the repository may be read."""
        return self.found is not None and self.found.status in REFUSALS

    def refuse_if_hidden(self) -> None:
        """Raise where not even the existence of the repository may be known."""
        if self.found and self.found.status in {HIDDEN, GONE}:
            message = f"a Repository with the name '{self.row['full_name']}'."
            raise UnresolvedError(message)

    def _contents(self) -> repository.Repository | None:
        """Return what the data folder has, where it may be read."""
        if self.found and self.found.status in REFUSALS:
            raise Refusal(*REFUSALS[self.found.status])
        return self.found

    # What REST calls by another name

    @property
    def name_with_owner(self) -> str:
        """Return owner/name."""
        full_name: str = self.row["full_name"]
        return full_name

    @property
    def owner(self) -> Row:
        """Return the owner."""
        return self.graph.owner(self.row["owner"])

    @property
    def is_in_organization(self) -> bool:
        """Tell whether the owner is an organisation."""
        return bool(self.row["owner"]["type"] == "Organization")

    @property
    def is_archived(self) -> bool:
        """Tell whether the repository is read-only."""
        return bool(self.row["archived"])

    @property
    def is_disabled(self) -> bool:
        """Tell whether GitHub has switched the repository off."""
        return bool(self.row.get("disabled"))

    @property
    def is_fork(self) -> bool:
        """Tell whether the repository is a fork."""
        return bool(self.row["fork"])

    @property
    def is_private(self) -> bool:
        """Tell whether the repository is private."""
        return bool(self.row["private"])

    is_locked = False
    is_template = False

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was ever pushed."""
        found = self._contents()
        return found is not None and found.is_empty

    @property
    def visibility(self) -> str:
        """Return who may see the repository."""
        return str(self.row.get("visibility") or ("private" if self.row["private"] else "public")).upper()

    @property
    def primary_language(self) -> Row | None:
        """Return the language of most of the code."""
        name = self.row.get("language")
        return Row({"node_id": f"LANG_{name}", "name": name}) if name else None

    def repository_topics(self, **bounds: Any) -> Connection:  # noqa: ANN401
        """Return a page of topics."""
        topics = [RepositoryTopic(self.id, name) for name in self.row.get("topics") or []]
        return listed(topics, lambda topic: topic.id, **bounds)

    # References and objects

    @property
    def default_branch_ref(self) -> Ref | None:
        """Return the default branch, or None of an empty repository."""
        found = self._contents()
        if found is None or found.is_empty:
            return None
        return Ref(self, f"refs/heads/{self.row['default_branch']}", found.history.default_branch[0])

    def ref(self, qualified_name: str) -> Ref | None:
        """Return a reference: refs/heads/<branch>, refs/tags/<tag>, refs/pull/<number>/head."""
        found = self._contents()
        references = found.references if found else {}
        name = qualified_name if qualified_name.startswith("refs/") else f"refs/heads/{qualified_name}"
        return Ref(self, name, references[name]) if name in references else None

    def refs(
        self,
        ref_prefix: str,
        query: str | None = None,
        direction: str | None = None,
        order_by: dict[str, str] | None = None,
        **bounds: Any,  # noqa: ANN401
    ) -> Connection:
        """Return a page of the references below a prefix, by name."""
        found = self._contents()
        references = found.references if found else {}
        chosen = [
            Ref(self, name, sha)
            for name, sha in references.items()
            if name.startswith(ref_prefix) and (query or "").lower() in name.lower()
        ]
        downwards = ((order_by or {}).get("direction") or direction) == "DESC"
        order = Order(lambda ref: [ref.qualified_name], downwards)
        return Connection(order.sort(chosen), order, **bounds)

    def object(self, expression: str | None = None, oid: str | None = None) -> Commit | None:
        """Return a commit by its SHA, or by any name that stands for one."""
        found = self._contents()
        sha = found.resolve(oid or expression or "") if found and not found.is_empty else None
        return Commit(self, sha) if sha else None

    # Pull requests, deployments, releases

    def pull_request(self, number: int) -> PullRequest:
        """Return one pull request."""
        found = self._contents()
        if found is None or number not in found.pulls:
            message = f"a PullRequest with the number of {number}."
            raise UnresolvedError(message)
        return PullRequest(self, found.pulls[number])

    def pull_requests(
        self,
        order_by: dict[str, str] | None = None,
        states: Sequence[str] | None = None,
        base_ref_name: str | None = None,
        head_ref_name: str | None = None,
        labels: Sequence[str] | None = None,
        **bounds: Any,  # noqa: ANN401
    ) -> Connection:
        """Return a page of pull requests."""
        found = self._contents()
        every = [PullRequest(self, row) for row in found.pulls.values()] if found else []
        chosen = [
            pull
            for pull in every
            if (states is None or pull.state in states)
            and base_ref_name in {None, pull.base_ref_name}
            and head_ref_name in {None, pull.head_ref_name}
            and (labels is None or {label["name"] for label in pull.row["labels"]} & set(labels))
        ]
        field = PULL_ORDERS[(order_by or {}).get("field", "CREATED_AT")]
        is_descending = (order_by or {}).get("direction") == "DESC"
        order = Order(lambda pull: [pull.row[field], pull.row["number"]], is_descending)
        return Connection(order.sort(chosen), order, **bounds)

    def deployments(
        self,
        order_by: dict[str, str],
        environments: Sequence[str] | None = None,
        **bounds: Any,  # noqa: ANN401
    ) -> Connection:
        """Return a page of deployments."""
        found = self._contents()
        rows = found.deployments if found else []
        chosen = [row for row in rows if environments is None or row["environment"] in environments]
        order = Order(lambda each: [each.row["created_at"], each.row["id"]], order_by["direction"] == "DESC")
        return Connection(order.sort([Deployment(self, row) for row in chosen]), order, **bounds)

    def releases(self, order_by: dict[str, str] | None = None, **bounds: Any) -> Connection:  # noqa: ANN401
        """Return a page of releases, without an order newest first."""
        found = self._contents()
        asked = order_by or {"field": "CREATED_AT", "direction": "DESC"}
        field = RELEASE_ORDERS[asked["field"]]
        order = Order(lambda each: [each.row[field], each.row["id"]], asked["direction"] == "DESC")
        rows = found.releases if found else []
        return Connection(order.sort([Release(self, row) for row in rows]), order, **bounds)

    def release(self, tag_name: str) -> Release | None:
        """Return the release of a tag."""
        found = self._contents()
        rows = [row for row in found.releases if row["tag_name"] == tag_name] if found else []
        return Release(self, rows[0]) if rows else None


class RepositoryTopic(Row):
    """A word by which a repository is found."""

    typename = "RepositoryTopic"

    def __init__(self, repository_id: str, name: str) -> None:
        """Take the topic's name."""
        super().__init__({"node_id": f"RT_{repository_id}_{name}"})
        self.topic = Row({"node_id": f"T_{name}", "name": name})


class Ref(Row):
    """A name of a commit."""

    typename = "Ref"

    def __init__(self, repository: Repository, qualified_name: str, sha: str) -> None:
        """Take the whole name, and the SHA for which it stands."""
        super().__init__({"node_id": f"REF_{repository.row['id']}_{qualified_name}"})
        self.repository = repository
        self.qualified_name = qualified_name
        self.prefix = next((prefix for prefix in PREFIXES if qualified_name.startswith(prefix)), "refs/")
        self.name = qualified_name.removeprefix(self.prefix)
        self._sha = sha

    @property
    def target(self) -> Row:
        """Return the commit, or the annotated tag that names one."""
        found = self.repository.found
        tag = found.annotated_tags.get(self._sha) if found else None
        return Tag(self.repository, tag) if tag else Commit(self.repository, self._sha)


class Tag(Row):
    """An annotated tag."""

    typename = "Tag"

    def __init__(self, repository: Repository, row: Json) -> None:
        """Take the tag as `GET .../git/tags/{sha}` shows it."""
        super().__init__(row)
        self.repository = repository
        self.name: str = row["tag"]
        self.oid: str = row["sha"]
        self.abbreviated_oid = self.oid[:7]
        self.tagger = Row({**row["tagger"]})
        self.target = Commit(repository, row["object"]["sha"])

    @property
    def commit_url(self) -> str:
        """Return the address of the page for people."""
        return f"{self.repository.url}/commit/{self.oid}"

    @property
    def commit_resource_path(self) -> str:
        """Return that page's path."""
        return f"{self.repository.resource_path}/commit/{self.oid}"
