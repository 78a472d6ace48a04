with source as (
    select * from {{ raw_rows('pull_request_review') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || id as review_key,
        _source_org || ':' || pull_request_id as pull_request_key,
        _source_org || ':' || repository_id as repository_key,

        -- ids
        cast(id as number(38, 0)) as review_id,
        cast(node_id as varchar) as node_id,
        cast(pull_request_id as number(38, 0)) as pull_request_id,
        cast(repository_id as number(38, 0)) as repository_id,
        cast(user_id as number(38, 0)) as reviewer_user_id,
        cast(commit_sha as varchar) as commit_sha,

        -- attributes
        cast(pull_request_number as number(38, 0)) as pull_request_number,
        cast(user_login as varchar) as reviewer_login,
        cast(user_type as varchar) as reviewer_user_type,
        cast(state as varchar) as state,
        cast(body as varchar) as body,
        cast(author_association as varchar) as author_association,
        cast(html_url as varchar) as html_url,

        -- times
        cast(submitted_at as timestamp_ntz) as submitted_at,

        -- bookkeeping
        cast(_source_org as varchar) as source_org,
        cast(_ingested_at as timestamp_ntz) as _ingested_at,
        cast(_batch_id as varchar) as _batch_id,
        cast(_deleted_at as timestamp_ntz) as _deleted_at
    from source
)

select * from renamed
