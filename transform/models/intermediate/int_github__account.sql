-- A row that is deleted was loaded once more as deleted, with the login of long ago.
with seen as (
    select
        author_login as login,
        author_user_id as user_id,
        author_user_type as user_type,
        iff(_deleted_at is null, _ingested_at, coalesce(updated_at, '1970-01-01'::timestamp_ntz)) as seen_at,
        _ingested_at
    from {{ ref('base_github__pull_request') }}
    union all
    select
        merged_by_login as login,
        merged_by_user_id as user_id,
        null as user_type,
        iff(_deleted_at is null, _ingested_at, coalesce(updated_at, '1970-01-01'::timestamp_ntz)) as seen_at,
        _ingested_at
    from {{ ref('base_github__pull_request') }}
    union all
    select
        reviewer_login as login,
        reviewer_user_id as user_id,
        reviewer_user_type as user_type,
        iff(_deleted_at is null, _ingested_at, coalesce(submitted_at, '1970-01-01'::timestamp_ntz)) as seen_at,
        _ingested_at
    from {{ ref('base_github__pull_request_review') }}
    union all
    select
        author_login as login,
        author_user_id as user_id,
        null as user_type,
        _ingested_at as seen_at,
        _ingested_at
    from {{ ref('stg_github__commit') }}
    union all
    -- All that there is of the authors of files where commits are not loaded.
    select
        author_login as login,
        null as user_id,
        null as user_type,
        null as seen_at,
        _ingested_at
    from {{ ref('base_github__commit_file') }}
    union all
    select
        github_login as login,
        github_user_id as user_id,
        github_type as user_type,
        _ingested_at as seen_at,
        _ingested_at
    from {{ ref('stg_github__user_lookup') }}
    union all
    select
        lower(github_login) as login,
        null as user_id,
        null as user_type,
        null as seen_at,
        null as _ingested_at
    from {{ ref('github_identity_override') }}
    union all
    -- GitHub's stand-in for accounts that are gone; reviews of theirs name nobody at all.
    select
        'ghost' as login,
        null as user_id,
        'User' as user_type,
        null as seen_at,
        null as _ingested_at
)

select
    lower(login) as github_login,
    -- An account that changes its name leaves the former one to whoever wants it.
    max_by(user_id, iff(user_id is null, null, seen_at)) as github_user_id,
    max(user_type) as github_user_type,
    min(_ingested_at) as _ingested_at
from seen
where login is not null
group by lower(login)
