with succeeded as (
    select
        deployment_key,
        min(iff(state = 'success', created_at, null)) as succeeded_at
    from {{ ref('stg_github__deployment_status') }}
    group by deployment_key
),

deployment as (
    select
        'deployment:' || deployment.deployment_key as deployment_key,
        'deployment' as deploy_source,
        deployment.source_org,
        deployment.deployment_id,
        deployment.repository_key,
        null as service,
        deployment.commit_sha,
        lower(deployment.environment) as environment,
        iff(deployment.is_production_environment, 'production', null) as environment_kind,
        deployment.state,
        deployment.created_at as started_at,
        coalesce(deployment.succeeded_at, succeeded.succeeded_at) as succeeded_at
    from {{ ref('stg_github__deployment') }} as deployment
    left join succeeded on deployment.deployment_key = succeeded.deployment_key
),

-- A release is out when it is published; a prerelease is what staging is to deployments.
release as (
    select
        'release:' || release_key as deployment_key,
        'release' as deploy_source,
        source_org,
        release_id as deployment_id,
        repository_key,
        null as service,
        commit_sha,
        iff(is_prerelease, 'prerelease', 'release') as environment,
        iff(is_prerelease, 'staging', 'production') as environment_kind,
        'success' as state,
        published_at as started_at, -- GitHub's created_at is the date of the commit
        published_at as succeeded_at
    from {{ ref('stg_github__release') }}
    where
        not coalesce(is_draft, false)
        and published_at is not null
),

deploy_event as (
    select
        'deploy_event:' || deploy_id as deployment_key,
        'deploy_event' as deploy_source,
        null as source_org,
        null as deployment_id,
        null as repository_key,
        service,
        commit_sha,
        lower(environment) as environment,
        null as environment_kind,
        lower(status) as state,
        coalesce(started_at, completed_at) as started_at, -- it counts in the week in which it was asked for
        iff(
            lower(status) in ('success', 'succeeded', 'successful', 'completed', 'deployed'),
            coalesce(completed_at, started_at),
            null
        ) as succeeded_at
    from {{ ref('stg_github__deploy_event') }}
),

named as (
    select
        lower(environment) as environment,
        min(environment_kind) as environment_kind
    from {{ ref('github_environment') }}
    group by lower(environment)
),

combined as (
    select * from deployment
    union all
    select * from release
    union all
    select * from deploy_event
)

select
    combined.deployment_key,
    combined.deploy_source,
    combined.source_org,
    combined.deployment_id,
    combined.repository_key,
    combined.service,
    combined.commit_sha,
    combined.environment,
    coalesce(combined.environment_kind, named.environment_kind, 'other') as environment_kind,
    combined.state,
    combined.started_at,
    combined.succeeded_at
from combined
left join named
    on combined.environment = named.environment
