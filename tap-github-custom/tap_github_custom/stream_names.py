"""The names of the streams, and which of them are read together."""

from __future__ import annotations

REPOSITORY = "repository"
PULL_REQUEST = "pull_request"
PULL_REQUEST_REVIEW = "pull_request_review"
PULL_REQUEST_COMMIT = "pull_request_commit"
COMMIT = "commit"
COMMIT_FILE = "commit_file"
PATCH = "commit_file.patch"  # no stream, but read from the start when it is newly asked for, like one
DEPLOYMENT = "deployment"
DEPLOYMENT_STATUS = "deployment_status"
RELEASE = "release"
MILESTONE = "milestone"
USER_LOOKUP = "user_lookup"

# Each group is read in one go and has one bookmark per repository.
PULL_REQUESTS = frozenset((PULL_REQUEST, PULL_REQUEST_REVIEW, PULL_REQUEST_COMMIT))
COMMITS = frozenset((COMMIT, COMMIT_FILE, PATCH))
DEPLOYMENTS = frozenset((DEPLOYMENT, DEPLOYMENT_STATUS))
RELEASES = frozenset((RELEASE,))
GROUPS = {"pulls": PULL_REQUESTS, "deployments": DEPLOYMENTS, "releases": RELEASES}
"""The groups whose changes the probe can tell, by the names of their bookmarks; of commits it tells heads."""
