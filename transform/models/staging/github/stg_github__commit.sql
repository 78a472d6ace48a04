with source as (
    select * from {{ raw_rows('commit') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || repository_id || ':' || sha as commit_key,
        _source_org || ':' || repository_id as repository_key,

        -- ids
        cast(sha as varchar) as commit_sha,
        cast(repository_id as number(38, 0)) as repository_id,
        cast(author_id as number(38, 0)) as author_user_id,

        -- attributes
        cast(repository_full_name as varchar) as repository_full_name,
        cast(message as varchar) as message,
        cast(author_login as varchar) as author_login,
        cast(author_name as varchar) as author_name,
        cast(author_email as varchar) as author_email,
        cast(committer_login as varchar) as committer_login,
        parent_shas,
        cast(parent_count as number(38, 0)) as parent_count,
        cast(additions as number(38, 0)) as additions,
        cast(deletions as number(38, 0)) as deletions,

        -- times
        cast(authored_at as timestamp_ntz) as authored_at,
        cast(committed_at as timestamp_ntz) as committed_at,

        -- bookkeeping
        cast(_source_org as varchar) as source_org,
        cast(_ingested_at as timestamp_ntz) as _ingested_at,
        cast(_batch_id as varchar) as _batch_id,
        cast(_deleted_at as timestamp_ntz) as _deleted_at
    from source
),

newest as (
    select *
    from renamed
    qualify row_number() over (
        partition by commit_key
        order by _ingested_at desc, committed_at desc nulls last
    ) = 1
)

select * exclude (_deleted_at)
from newest
where _deleted_at is null
