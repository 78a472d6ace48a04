with source as (
    select * from {{ raw_rows('pull_request_commit') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || pull_request_id || ':' || commit_sha as pull_request_commit_key,
        _source_org || ':' || pull_request_id as pull_request_key,
        _source_org || ':' || repository_id as repository_key,
        _source_org || ':' || repository_id || ':' || commit_sha as commit_key,

        -- ids
        cast(pull_request_id as number(38, 0)) as pull_request_id,
        cast(repository_id as number(38, 0)) as repository_id,
        cast(commit_sha as varchar) as commit_sha,

        -- attributes
        cast(pull_request_number as number(38, 0)) as pull_request_number,
        cast(position as number(38, 0)) as commit_position,

        -- times
        cast(authored_at as timestamp_ntz) as authored_at,
        cast(committed_at as timestamp_ntz) as committed_at,

        -- bookkeeping
        cast(_source_org as varchar) as source_org,
        cast(_ingested_at as timestamp_ntz) as _ingested_at,
        cast(_batch_id as varchar) as _batch_id,
        cast(_deleted_at as timestamp_ntz) as _deleted_at
    from source
)

select * from renamed
