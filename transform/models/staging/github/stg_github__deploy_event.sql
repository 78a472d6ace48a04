with source as (
    select * from {{ raw_table(source('github', 'deploy_events')) }}
),

renamed as (
    select
        cast(deploy_id as varchar) as deploy_id,
        cast(service as varchar) as service,
        cast(commit_sha as varchar) as commit_sha,
        cast(environment as varchar) as environment,
        cast(status as varchar) as status,
        cast(started_at as timestamp_ntz) as started_at,
        cast(completed_at as timestamp_ntz) as completed_at
    from source
)

select *
from renamed
qualify row_number() over (
    partition by deploy_id
    order by completed_at desc nulls last, started_at desc nulls last
) = 1
