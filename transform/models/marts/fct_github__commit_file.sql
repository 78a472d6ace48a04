{{
    config(
        materialized='incremental',
        unique_key='commit_file_key',
        incremental_predicates=['dbt_internal_dest.committed_at = dbt_internal_source.committed_at'],
        pre_hook='{{ delete_vanished("commit_file", "commit_file_key", "committed_at") }}',
    )
}}

with
{{ changed_cte(changed_commits() ~ of_renamed_repositories(['commit_key', 'committed_at'])) }}

commit_file as (
    select
        *,
        split_part(lower(file_path), '/', -1) as file_name
    from (
        {{ current_rows('commit_file', 'commit_file_key', 'committed_at', scope=['commit_key', 'committed_at']) }}
    )
    -- GitHub's description lets the date of a commit be missing; rows are merged by it, and are of no week without.
    where committed_at is not null
),

-- The extension is what follows the last dot; a name that only begins with a dot has none.
named as (
    select
        *,
        iff(
            contains(substr(file_name, 2), '.'),
            split_part(file_name, '.', -1),
            null
        ) as file_extension
    from commit_file
),

noise_pattern as (
    select
        match_type,
        lower(pattern) as pattern,
        reason
    from {{ ref('github_noise_path') }}
),

listed_language as (
    select
        match_type,
        lower(pattern) as pattern,
        min(language) as language
    from {{ ref('github_language') }}
    group by
        match_type,
        lower(pattern)
),

-- Each path once: a file changes in many commits.
noisy as (
    select
        path.file_path,
        min(noise_pattern.reason) as reason
    from (
        select distinct
            file_path,
            file_name
        from named
    ) as path
    inner join noise_pattern
        on
            case noise_pattern.match_type
                when 'file_name' then path.file_name = noise_pattern.pattern
                when 'suffix' then endswith(path.file_name, noise_pattern.pattern)
                when 'directory'
                    then contains('/' || lower(path.file_path), '/' || noise_pattern.pattern || '/')
            end
    group by path.file_path
),

final as (
    select
        named.commit_file_key,
        named.commit_key,
        named.repository_key,
        dim_user.user_key as author_user_key,
        named.source_org,
        named.repository_id,
        coalesce(repository.repository_full_name, named.repository_full_name) as repository_full_name,
        named.commit_sha,
        named.file_path,
        named.previous_file_path,
        named.file_extension,
        coalesce(by_name.language, by_extension.language, 'Other') as language,
        named.status,
        named.author_login,
        -- A commit keeps the login that its author had then, which may be somebody else's now.
        iff(
            dim_user.github_user_id <> identity.github_user_id,
            'id:' || dim_user.github_user_id,
            identity.person_key
        ) as author_person_key,
        dim_user.team as author_team,
        coalesce(named.parent_count > 1, false) as is_merge_commit,
        coalesce(noisy.reason, iff(fork.repository_key is not null, 'inherited', null)) as noise_reason,
        coalesce(named.parent_count > 1, false)
        or noisy.reason is not null
        or fork.repository_key is not null as is_noise,
        coalesce(named.is_truncated, false) as is_truncated,
        named.additions,
        named.deletions,
        named.additions + named.deletions as churn,
        named.authored_at,
        named.committed_at,
        named._ingested_at
    from named
    left join {{ ref('int_github__repository_name') }} as repository
        on named.repository_key = repository.repository_key
    left join noisy on named.file_path = noisy.file_path
    -- A fork begins with the history of another repository.
    left join {{ ref('dim_github__repository') }} as fork
        on
            named.repository_key = fork.repository_key
            and fork.is_fork
            and named.committed_at < fork.created_at
    left join listed_language as by_name
        on
            by_name.match_type = 'file_name'
            and named.file_name = by_name.pattern
    left join listed_language as by_extension
        on
            by_extension.match_type = 'extension'
            and named.file_extension = by_extension.pattern
    left join {{ ref('int_github__user_identity') }} as identity
        on lower(named.author_login) = identity.github_login
    left join {{ ref('dim_github__user') }} as dim_user
        on
            {{ is_account_at('named.author_login', 'null', 'named.committed_at', 'dim_user') }}
)

{{ only_differences('final', 'commit_file_key', 'committed_at') }}
