with status as (
    select
        reported.deployment_id,
        max_by(reported.state, reported.created_at) as state,
        min(iff(reported.state = 'success', reported.created_at, null)) as succeeded_at,
        max(reported._ingested_at) as _ingested_at
    from {{ ref('fivetran_github__deployment_status') }} as reported
    group by reported.deployment_id
)

select
    deployment.id,
    deployment.repository_id,
    deployment.sha,
    deployment.ref,
    deployment.task,
    deployment.environment,
    deployment.production_environment,
    deployment.transient_environment,
    creator.login as creator_login,
    {{ utc('deployment.created_at') }} as created_at,
    {{ utc('deployment.updated_at') }} as updated_at,
    status.state,
    status.succeeded_at,
    split_part(repository.full_name, '/', 1) as _source_org,
    greatest(
        {{ utc('deployment._fivetran_synced') }},
        coalesce(status._ingested_at, {{ utc('deployment._fivetran_synced') }})
    ) as _ingested_at,
    cast(null as varchar) as _batch_id,
    cast(null as timestamp_ntz) as _deleted_at
from {{ raw_table(source('fivetran_github', 'deployment')) }} as deployment
inner join {{ raw_table(source('fivetran_github', 'repository')) }} as repository
    on deployment.repository_id = repository.id
left join status on deployment.id = status.deployment_id
left join {{ raw_table(source('fivetran_github', 'user')) }} as creator
    on deployment.creator_id = creator.id
