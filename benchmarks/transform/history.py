"""A made-up history of pull requests in the raw tables, written by the warehouse itself."""

from __future__ import annotations

from dataclasses import dataclass

ORG = "bench"
REPOSITORIES = 50
PEOPLE = 400
REVIEWS_EACH = 3
FILES_EACH = 10
OPENED = "dateadd('minute', n * 5, '2025-01-01'::timestamp_ntz)"


@dataclass(frozen=True)
class Slice:
    """Pull requests by number, from the first to before the last."""

    first: int
    last: int

    @property
    def rows(self) -> str:
        """Return the query for the numbers n."""
        return (
            f"select (row_number() over (order by seq4()) - 1 + {self.first})::number(38, 0) as n "
            f"from table(generator(rowcount => {self.last - self.first}))"
        )


def _ending(ingested_at: str) -> str:
    return (
        f"'{ORG}' as _source_org, {ingested_at} as _ingested_at, 'bench' as _batch_id, "
        "null::timestamp_ntz as _deleted_at"
    )


def queries(numbers: Slice, ingested_at: str) -> dict[str, str]:
    """Return the query for the rows of each raw table."""
    end = _ending(ingested_at)
    repository = f"mod(n, {REPOSITORIES}) as repository_id"
    named = f"{repository}, '{ORG}/repository-' || mod(n, {REPOSITORIES}) as repository_full_name"
    return {
        "pull_request": _pull_request(numbers, named, end),
        "pull_request_review": f"""
            select n * {REVIEWS_EACH} + k as id, null::varchar as node_id, n as pull_request_id,
                n as pull_request_number, {repository}, mod(n + k + 1, {PEOPLE}) as user_id,
                'person-' || mod(n + k + 1, {PEOPLE}) as user_login, 'User' as user_type,
                iff(k = 2, 'APPROVED', 'COMMENTED') as state, null::varchar as body,
                'head-' || n as commit_sha,
                dateadd('hour', k + 1, {OPENED}) as submitted_at, 'MEMBER' as author_association,
                null::varchar as html_url, {end}
            from ({numbers.rows}) cross join (select 0 as k union all select 1 union all select 2)""",
        "pull_request_commit": f"""
            select n as pull_request_id, n as pull_request_number, {repository}, 'head-' || n as commit_sha,
                1 as position, dateadd('hour', -5, {OPENED}) as authored_at,
                dateadd('hour', -5, {OPENED}) as committed_at, {end}
            from ({numbers.rows})""",
        "commit": f"""
            select 'merge-' || n as sha, {named}, 'change' as message, mod(n, {PEOPLE}) as author_id,
                'person-' || mod(n, {PEOPLE}) as author_login, null::varchar as author_name,
                null::varchar as author_email, dateadd('day', 1, {OPENED}) as authored_at,
                null::varchar as committer_login, dateadd('day', 1, {OPENED}) as committed_at,
                iff(n < {REPOSITORIES}, parse_json('[]'),
                    parse_json('["merge-' || (n - {REPOSITORIES}) || '"]')) as parent_shas,
                iff(n < {REPOSITORIES}, 0, 1) as parent_count, 100 as additions, 10 as deletions, {end}
            from ({numbers.rows})""",
        "commit_file": f"""
            select {named}, 'merge-' || n as commit_sha, 'src/part-' || mod(n, 97) || '/file-' || k || '.py'
                as filename, null::varchar as previous_filename, 'modified' as status, 10 as additions,
                1 as deletions, 11 as changes, null::varchar as blob_sha,
                'person-' || mod(n, {PEOPLE}) as author_login, dateadd('day', 1, {OPENED}) as authored_at,
                dateadd('day', 1, {OPENED}) as committed_at, 1 as parent_count, false as files_truncated,
                {end}
            from ({numbers.rows}) cross join (
                select row_number() over (order by seq4()) as k
                from table(generator(rowcount => {FILES_EACH}))
            )""",
        "deployment": f"""
            select n as id, {repository}, 'merge-' || n as sha, 'main' as ref, 'deploy' as task,
                'production' as environment, true as production_environment, false as transient_environment,
                null::varchar as creator_login, dateadd('day', 2, {OPENED}) as created_at,
                dateadd('day', 2, {OPENED}) as updated_at, 'success' as state,
                dateadd('day', 2, {OPENED}) as succeeded_at, {end}
            from ({numbers.rows}) where mod(floor(n / {REPOSITORIES}), 10) = 9""",
    }


def _pull_request(numbers: Slice, named: str, end: str) -> str:
    merged_at = f"dateadd('day', 1, {OPENED})"
    nothing = ", ".join(
        f"null::variant as {name}"
        for name in (
            *("labels", "assignees", "requested_reviewers", "requested_teams", "milestone", "auto_merge"),
        )
    )
    return f"""
        select n as id, null::varchar as node_id, n as number, {named}, 'Change ' || n as title,
            null::varchar as body, 'closed' as state, false as draft, false as locked,
            null::varchar as html_url, 'MEMBER' as author_association, mod(n, {PEOPLE}) as user_id,
            'person-' || mod(n, {PEOPLE}) as user_login, 'User' as user_type, 'main' as base_ref,
            null::varchar as base_sha, 'main' as default_branch, 'change-' || n as head_ref,
            'head-' || n as head_sha, null::number(38, 0) as head_repository_id, true as merged,
            {merged_at} as merged_at, mod(n + 1, {PEOPLE}) as merged_by_id,
            'person-' || mod(n + 1, {PEOPLE}) as merged_by_login, 'merge-' || n as merge_commit_sha,
            {OPENED} as created_at, {merged_at} as updated_at, {merged_at} as closed_at, 100 as additions,
            10 as deletions, {FILES_EACH} as changed_files, 1 as commits, 0 as comments, 0 as review_comments,
            {nothing}, {end}
        from ({numbers.rows})"""


def repositories(ingested_at: str) -> str:
    """Return the query for the repositories."""
    return f"""
        select n as id, null::varchar as node_id, 'repository-' || n as name,
            '{ORG}/repository-' || n as full_name, '{ORG}' as owner_login, true as private,
            'private' as visibility, false as fork, false as archived, 'main' as default_branch,
            'Python' as language, null::variant as topics, null::varchar as html_url,
            '2025-01-01'::timestamp_ntz as created_at, '2025-01-01'::timestamp_ntz as updated_at,
            '2025-01-01'::timestamp_ntz as pushed_at, {_ending(ingested_at)}
        from ({Slice(0, REPOSITORIES).rows})"""
