"""The settings that there are, as a JSON schema: names, types, defaults, descriptions."""

from __future__ import annotations

from singer_sdk import typing as th

from tap_github_custom.client import PUBLIC_API_URL
from tap_github_custom.credentials.settings import CREDENTIAL_PROPERTIES, OR_REFERENCE
from tap_github_custom.personal_data import DROP, HASH, KEEP

API, GIT, AUTO = "api", "git", "auto"
WEEKLY, ALWAYS, NEVER = "weekly", "always", "never"
SKIP, FAIL = "skip", "fail"

CONFIG_SCHEMA = th.PropertiesList(
    *CREDENTIAL_PROPERTIES,
    th.Property(
        "organizations",
        th.ArrayType(th.StringType),
        title="Organisations",
        description="Logins of the organisations (or users) whose repositories are read.",
    ),
    th.Property(
        "repositories",
        th.ArrayType(th.StringType),
        title="Repositories",
        description="Single repositories, as owner/name, read beside the organisations.",
    ),
    th.Property(
        "exclude_repositories",
        th.ArrayType(th.StringType),
        title="Repositories to leave out",
        description="Repositories, as owner/name, that are left out. A name that matches none is warned of.",
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description="Pull requests updated, commits committed, deployments and releases touched before this "
        "moment are left out; an earlier one reads again from there.",
    ),
    th.Property(
        "end_date",
        th.DateTimeType,
        title="End date",
        description="What was touched then or later is left out; for a backfill with a state of its own. "
        "Without it, or with a later one, all is read again.",
    ),
    th.Property(
        "lookback_days",
        th.IntegerType,
        default=3,
        title="Lookback",
        description="Days behind the bookmark that are read again where a repository has changed.",
    ),
    th.Property(
        "api_url",
        th.StringType,
        default=PUBLIC_API_URL,
        title="API URL",
        description="Base URL of the REST API; https://HOST/api/v3 for GitHub Enterprise Server.",
    ),
    th.Property(
        "user_mapping_file",
        th.StringType,
        title="User mapping",
        description="CSV file that maps GitHub logins to people and teams.",
    ),
    th.Property(
        "user_identity_sources",
        th.ArrayType(th.StringType),
        default=[],
        title="Further sources of identity",
        description="saml (SAML and SCIM; needs an owner's token) and ldap_dn (Enterprise Server).",
    ),
    th.Property(
        "reconcile",
        th.StringType,
        default=WEEKLY,
        allowed_values=[WEEKLY, ALWAYS, NEVER],
        title="Reconciliation",
        description="How often everything but commits is read again, to find reviews that vanished or were "
        "edited: weekly (by the end of a week, spread over it), always or never.",
    ),
    th.Property(
        "commit_source",
        th.StringType,
        default=AUTO,
        allowed_values=[AUTO, GIT, API],
        title="Source of commits",
        description="git clones, api asks; auto clones where there is a clone already, where REST fails, or "
        "where more commits are new than git_threshold_commits. Those of pull requests come from a clone "
        "where new ones of the default branch are read, too.",
    ),
    th.Property(
        "git_threshold_commits",
        th.IntegerType,
        default=20,
        title="Threshold of git",
        description="With commit_source auto: more new commits than this are read from a clone.",
    ),
    th.Property(
        "cache_dir",
        th.StringType,
        title="Cache folder",
        description="Where bare clones are kept, by host and repository id; by default tap-github-custom in "
        "the user's cache folder.",
    ),
    th.Property(
        "patch",
        th.BooleanType,
        default=False,
        title="Patches",
        description="Adds the text of each change to commit_file, in the column patch.",
    ),
    th.Property(
        "personal_data",
        th.StringType,
        default=KEEP,
        allowed_values=[KEEP, HASH, DROP],
        title="Personal data",
        description="Names and e-mail addresses: keep them, hash them with personal_data_key, or drop them.",
    ),
    th.Property(
        "personal_data_key",
        th.StringType,
        secret=True,
        title="Key of the digests",
        description=f"Secret that personal_data hash needs, 16 characters or more. {OR_REFERENCE}",
    ),
    th.Property(
        "use_graphql",
        th.BooleanType,
        default=True,
        title="GraphQL",
        description="Whether GraphQL may be asked where it costs fewer points than REST.",
    ),
    th.Property(
        "concurrency",
        th.IntegerType,
        default=8,
        title="Concurrency",
        description="Requests under way at once, and repositories.",
    ),
    th.Property(
        "rate_limit_reserve",
        th.IntegerType,
        default=0,
        title="Reserve",
        description="Points of each rate limit that are left for others.",
    ),
    th.Property(
        "retry_seconds",
        th.IntegerType,
        default=120,
        title="Patience",
        description="Seconds for which a request is tried again after time-outs, resets and answers of 5xx.",
    ),
    th.Property(
        "max_requests",
        th.IntegerType,
        title="Budget",
        description="Requests after which the run ends with its state; the next one goes on.",
    ),
    th.Property(
        "on_repository_error",
        th.StringType,
        default=SKIP,
        allowed_values=[SKIP, FAIL],
        title="Repositories that cannot be read",
        description="What they mean for the exit code: nothing as long as there are others (skip), or "
        "error_exit_code (fail). Where none at all can be read, it is error_exit_code in any case.",
    ),
    th.Property(
        "error_exit_code",
        th.IntegerType,
        default=1,
        title="Exit code",
        description="Exit code for on_repository_error fail.",
    ),
    th.Property(
        "shard",
        th.StringType,
        title="Shard",
        description="3/16 reads the third sixteenth of the repositories, by id; other workers read the rest.",
    ),
    th.Property(
        "summary_path",
        th.StringType,
        title="Summary",
        description="File that the summary of the run is written to, as JSON.",
    ),
).to_dict()
