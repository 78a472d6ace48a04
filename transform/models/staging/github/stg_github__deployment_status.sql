with source as (
    select * from {{ raw_rows('deployment_status') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || id as deployment_status_key,
        _source_org || ':' || repository_id as repository_key,
        _source_org || ':' || deployment_id as deployment_key,

        -- ids
        cast(id as number(38, 0)) as deployment_status_id,
        cast(deployment_id as number(38, 0)) as deployment_id,
        cast(repository_id as number(38, 0)) as repository_id,

        -- attributes
        cast(state as varchar) as state,
        cast(environment as varchar) as environment,
        cast(creator_login as varchar) as creator_login,

        -- times
        cast(created_at as timestamp_ntz) as created_at,

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
        partition by deployment_status_key
        order by _ingested_at desc, created_at desc nulls last
    ) = 1
)

select * exclude (_deleted_at)
from newest
where _deleted_at is null
