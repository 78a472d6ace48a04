select
    status.id,
    status.deployment_id,
    deployment.repository_id,
    lower(status.state) as state,
    status.environment,
    creator.login as creator_login,
    {{ utc('status.created_at') }} as created_at,
    split_part(repository.full_name, '/', 1) as _source_org,
    {{ utc('status._fivetran_synced') }} as _ingested_at,
    cast(null as varchar) as _batch_id,
    cast(null as timestamp_ntz) as _deleted_at
from {{ raw_table(source('fivetran_github', 'deployment_status')) }} as status
inner join {{ raw_table(source('fivetran_github', 'deployment')) }} as deployment
    on status.deployment_id = deployment.id
inner join {{ raw_table(source('fivetran_github', 'repository')) }} as repository
    on deployment.repository_id = repository.id
left join {{ raw_table(source('fivetran_github', 'user')) }} as creator
    on status.creator_id = creator.id
