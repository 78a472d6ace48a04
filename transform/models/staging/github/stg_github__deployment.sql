with source as (
    select * from {{ raw_rows('deployment') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || id as deployment_key,
        _source_org || ':' || repository_id as repository_key,

        -- ids
        cast(id as number(38, 0)) as deployment_id,
        cast(repository_id as number(38, 0)) as repository_id,
        cast(sha as varchar) as commit_sha,

        -- attributes
        cast(ref as varchar) as ref,
        cast(task as varchar) as task,
        cast(environment as varchar) as environment,
        cast(production_environment as boolean) as is_production_environment,
        cast(transient_environment as boolean) as is_transient_environment,
        cast(creator_login as varchar) as creator_login,
        cast(state as varchar) as state,

        -- times
        cast(created_at as timestamp_ntz) as created_at,
        cast(updated_at as timestamp_ntz) as updated_at,
        cast(succeeded_at as timestamp_ntz) as succeeded_at,

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
        partition by deployment_key
        order by _ingested_at desc, updated_at desc nulls last
    ) = 1
)

select * exclude (_deleted_at)
from newest
where _deleted_at is null
