with source as (
    select * from {{ raw_rows('repository') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || id as repository_key,

        -- ids
        cast(id as number(38, 0)) as repository_id,
        cast(node_id as varchar) as node_id,

        -- attributes
        cast(name as varchar) as repository_name,
        cast(full_name as varchar) as repository_full_name,
        cast(owner_login as varchar) as owner_login,
        cast(private as boolean) as is_private,
        cast(visibility as varchar) as visibility,
        cast(fork as boolean) as is_fork,
        cast(archived as boolean) as is_archived,
        cast(default_branch as varchar) as default_branch,
        cast(language as varchar) as primary_language,
        topics,
        cast(html_url as varchar) as html_url,

        -- times
        cast(created_at as timestamp_ntz) as created_at,
        cast(updated_at as timestamp_ntz) as updated_at,
        cast(pushed_at as timestamp_ntz) as pushed_at,

        -- bookkeeping
        cast(_source_org as varchar) as source_org,
        cast(_ingested_at as timestamp_ntz) as _ingested_at,
        cast(_batch_id as varchar) as _batch_id,
        cast(_deleted_at as timestamp_ntz) as _deleted_at
    from source
)

select * from renamed
