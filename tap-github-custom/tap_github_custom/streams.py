"""The streams as Singer sees them: names, keys, schemas, and how their rows become messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib import SchemaMessage

from tap_github_custom import stream_names
from tap_github_custom.schema_files import schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from singer_sdk.helpers.types import Context

    from tap_github_custom.repository import Row
    from tap_github_custom.tap import TapGitHubCustom

COMPLETE_SET_OF = "x-complete-set-of"


@dataclass(slots=True)
class CompleteSetsMessage(SchemaMessage):
    """A SCHEMA once more, and with it the parents of which every row has been sent.

    Targets that do not know the convention see an unchanged schema; target-gcs-snowflake-merge marks the
    rows of those parents that were not among the records as deleted.
    """

    complete_sets: Any = None

    def to_dict(self) -> dict[str, Any]:
        """Return the message with the key of the convention."""
        message = super(CompleteSetsMessage, self).to_dict()
        message["x-complete-sets"] = message.pop("complete_sets")
        return message


class GitHubStream(Stream):
    """A stream whose rows are made to measure: they need no conforming."""

    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    complete_set_of: ClassVar[list[str]] = []
    """The columns that name a parent of which all rows are sent at once."""

    def __init__(self, tap: TapGitHubCustom) -> None:
        """Read the schema."""
        super().__init__(tap, schema=self._columns(tap))
        self.github = tap
        self.rows_written = 0

    def _columns(self, tap: TapGitHubCustom) -> dict[str, Any]:
        del tap
        return schema_of(self.name)

    @property
    def is_at_test_limit(self) -> bool:
        """Tell whether `--test` has all the records that it wants of this stream."""
        return self.ABORT_AT_RECORD_COUNT is not None and self.rows_written >= self.ABORT_AT_RECORD_COUNT

    def write_schema(self) -> None:
        """Write the SCHEMA message."""
        self._write_schema_message()

    def write_rows(self, rows: Iterable[Row]) -> None:
        """Write RECORD messages, as far as the stream is selected."""
        if not self.selected:
            return
        for row in rows:
            if self.is_at_test_limit:
                return
            self._write_record_message(self.github.cleaned(self.name, row))
            self.rows_written += 1

    def write_complete_sets(self, parents: list[Row]) -> bool:
        """Say that every row of these parents has been sent; tell whether that could be said.

        It cannot where a stream map has altered the rows, or what names the parent is not selected. Parents
        may be named by other columns than usual: by its repository a stream is told as gone from there, by
        their SHAs commits are.
        """
        if not self.selected or not self._is_as_it_comes or self.ABORT_AT_RECORD_COUNT is not None:
            return False
        names = list(parents[0])
        is_usual = set(names) == set(self.complete_set_of)
        for message in self._generate_schema_messages():
            if not set(names) <= message.schema["properties"].keys():
                return False
            named = {} if is_usual else {COMPLETE_SET_OF: names}
            self._tap.write_message(
                CompleteSetsMessage(
                    stream=message.stream,
                    schema=message.schema | named,
                    key_properties=message.key_properties,
                    bookmark_properties=message.bookmark_properties,
                    complete_sets=parents,
                )
            )
        if not is_usual:
            self.write_schema()  # what follows is told as usual
        return True

    @property
    def _is_as_it_comes(self) -> bool:
        return all(type(each) is SameRecordTransform for each in self.stream_maps)

    def _generate_schema_messages(self) -> Iterator[SchemaMessage]:  # type: ignore[override]
        for message in super()._generate_schema_messages():
            names = set(self.complete_set_of)
            if names and names <= message.schema["properties"].keys() and self._is_as_it_comes:
                message.schema = {**message.schema, COMPLETE_SET_OF: self.complete_set_of}
            yield message

    def finalize_state_progress_markers(self, state: dict[str, Any] | None = None) -> None:
        """Leave the state alone: it is not kept by stream, and is written when a repository is done."""

    def get_records(self, context: Context | None) -> Iterable[Row]:
        """Return nothing: the repository's reading brings the rows of all streams at once."""
        del context
        return ()


class RepositoryStream(GitHubStream):
    """Repositories; syncing it reads each with everything that belongs to it."""

    name = stream_names.REPOSITORY
    primary_keys = ("_source_org", "id")

    def sync(self, context: Context | None = None) -> None:  # type: ignore[misc] # all streams at once
        """Read every repository, one after the other in the output."""
        del context
        self.github.read_repositories()


class UserLookupStream(GitHubStream):
    """People: who a login is."""

    name = stream_names.USER_LOOKUP
    primary_keys = ("_source_org", "github_login")

    def sync(self, context: Context | None = None) -> None:  # type: ignore[misc] # without the SDK's state
        """Read everybody."""
        del context
        self.github.read_people()


class _OfRepository(GitHubStream):
    """A stream that is read together with its repository."""

    parent_stream_type = RepositoryStream


class PullRequestStream(_OfRepository):
    """Pull requests with their totals."""

    name = stream_names.PULL_REQUEST
    primary_keys = ("_source_org", "id")
    replication_key = "updated_at"


class PullRequestReviewStream(_OfRepository):
    """Reviews; they can vanish, or change, without a trace in the pull request."""

    name = stream_names.PULL_REQUEST_REVIEW
    primary_keys = ("_source_org", "id")
    complete_set_of: ClassVar[list[str]] = ["_source_org", "pull_request_id"]


class PullRequestCommitStream(_OfRepository):
    """Commits of pull requests; a force-push replaces them."""

    name = stream_names.PULL_REQUEST_COMMIT
    primary_keys = ("_source_org", "pull_request_id", "commit_sha")
    complete_set_of: ClassVar[list[str]] = ["_source_org", "pull_request_id"]


class CommitStream(_OfRepository):
    """Commits of the default branch."""

    name = stream_names.COMMIT
    primary_keys = ("_source_org", "repository_id", "sha")


class CommitFileStream(_OfRepository):
    """Files that a commit of the default branch changed."""

    name = stream_names.COMMIT_FILE
    primary_keys = ("_source_org", "repository_id", "commit_sha", "filename")

    def _columns(self, tap: TapGitHubCustom) -> dict[str, Any]:
        schema = super()._columns(tap)
        if not tap.config.get("patch"):
            del schema["properties"]["patch"]
        return schema


class DeploymentStream(_OfRepository):
    """Deployments with their newest state."""

    name = stream_names.DEPLOYMENT
    primary_keys = ("_source_org", "id")


class DeploymentStatusStream(_OfRepository):
    """Statuses of deployments."""

    name = stream_names.DEPLOYMENT_STATUS
    primary_keys = ("_source_org", "id")


class ReleaseStream(_OfRepository):
    """Releases with the commit of their tag."""

    name = stream_names.RELEASE
    primary_keys = ("_source_org", "id")


class _ListedStream(_OfRepository):
    """A plain list of a repository, as `reading/listed.py` says; read where it is asked for."""

    selected_by_default = False
    complete_set_of: ClassVar[list[str]] = ["_source_org", "repository_id"]


class MilestoneStream(_ListedStream):
    """Milestones, open and closed."""

    name = stream_names.MILESTONE
    primary_keys = ("_source_org", "id")


STREAMS: tuple[type[GitHubStream], ...] = (
    RepositoryStream,
    PullRequestStream,
    PullRequestReviewStream,
    PullRequestCommitStream,
    CommitStream,
    CommitFileStream,
    DeploymentStream,
    DeploymentStatusStream,
    ReleaseStream,
    MilestoneStream,
    UserLookupStream,
)
