with deployment as (
    select * from {{ ref('int_github__deployment') }}
),

service as (
    select
        service,
        repository_key,
        any_value(reliability_tier) as reliability_tier,
        min(deploy_source) as deploy_source,
        min(production_environment) as production_environment,
        min(staging_environment) as staging_environment
    from {{ ref('int_github__service') }}
    group by
        service,
        repository_key
),

-- Environments that one service of a repository has to itself.
claimed as (
    select
        repository_key,
        service,
        production_environment as environment
    from service
    where production_environment is not null
    union
    select
        repository_key,
        service,
        staging_environment as environment
    from service
    where staging_environment is not null
),

of_repository as (
    select
        service.service,
        service.repository_key,
        deployment.source_org,
        service.reliability_tier,
        service.deploy_source as source_of_truth,
        service.production_environment,
        service.staging_environment,
        deployment.* exclude (service, repository_key, source_org)
    from deployment
    inner join service on deployment.repository_key = service.repository_key
    left join claimed
        on
            deployment.repository_key = claimed.repository_key
            and deployment.environment = claimed.environment
            and deployment.deploy_source = 'deployment'
    where
        claimed.service is null
        or claimed.service = service.service
),

-- A deployment reported from elsewhere names a service; its commit says which repository it is of.
of_service as (
    select
        service.service,
        coalesce(
            commits.repository_key,
            iff(count(*) over (partition by deployment.deployment_key) = 1, service.repository_key, null)
        ) as repository_key,
        -- Where the repository is not known, its organisation is, if those of the service are of one.
        coalesce(
            split_part(commits.repository_key, ':', 1),
            iff(
                min(split_part(service.repository_key, ':', 1)) over (partition by deployment.deployment_key)
                = max(split_part(service.repository_key, ':', 1)) over (partition by deployment.deployment_key),
                split_part(service.repository_key, ':', 1),
                null
            )
        ) as source_org,
        service.reliability_tier,
        service.deploy_source as source_of_truth,
        service.production_environment,
        service.staging_environment,
        deployment.* exclude (service, repository_key, source_org)
    from deployment
    inner join service on lower(deployment.service) = lower(service.service)
    left join {{ ref('stg_github__commit') }} as commits
        on
            service.repository_key = commits.repository_key
            and deployment.commit_sha = commits.commit_sha
    qualify row_number() over (
        partition by deployment.deployment_key
        order by iff(commits.repository_key is null, 1, 0) asc, service.repository_key asc
    ) = 1
),

combined as (
    select * from of_repository
    union all
    select * from of_service
)

select
    deployment_key || '|' || service as service_deployment_key,
    deployment_key,
    service,
    repository_key,
    reliability_tier,
    source_org,
    deployment_id,
    deploy_source,
    deploy_source = source_of_truth as is_source_of_truth,
    commit_sha,
    environment,
    case
        when environment = production_environment then 'production'
        when environment = staging_environment then 'staging'
        when environment_kind = 'production' and production_environment is not null and deploy_source <> 'release'
            then 'other'
        when environment_kind = 'staging' and staging_environment is not null and deploy_source <> 'release'
            then 'other'
        else environment_kind
    end as environment_kind,
    -- What GitHub knows of a repository ships all of its services; an event from elsewhere one.
    deploy_source || '|' || coalesce(repository_key, service) || '|' || environment
    || iff(deploy_source = 'deploy_event', '|' || service, '') as stream_key,
    state,
    started_at,
    succeeded_at
from combined
