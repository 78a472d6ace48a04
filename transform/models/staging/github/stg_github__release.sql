with source as (
    select * from {{ raw_rows('release') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || id as release_key,
        _source_org || ':' || repository_id as repository_key,

        -- ids
        cast(id as number(38, 0)) as release_id,
        cast(repository_id as number(38, 0)) as repository_id,
        cast(tag_sha as varchar) as commit_sha,

        -- attributes
        cast(tag_name as varchar) as tag_name,
        cast(name as varchar) as release_name,
        cast(draft as boolean) as is_draft,
        cast(prerelease as boolean) as is_prerelease,

        -- times
        cast(created_at as timestamp_ntz) as created_at,
        cast(published_at as timestamp_ntz) as published_at,

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
        partition by release_key
        order by _ingested_at desc, published_at desc nulls last
    ) = 1
)

select * exclude (_deleted_at)
from newest
where _deleted_at is null
