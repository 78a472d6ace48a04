with reported as (
    select
        service_deployment_key,
        deployment_key,
        repository_key,
        service,
        reliability_tier,
        source_org,
        deployment_id,
        deploy_source,
        is_source_of_truth,
        commit_sha,
        environment,
        environment_kind,
        state,
        started_at,
        succeeded_at
    from {{ ref('int_github__service_deployment') }}
),

-- Nobody reports deployments of a service that is live once merged: each merge that changes it is one.
merged as (
    select
        'merged_at:' || lead_time_key as service_deployment_key,
        'merged_at:' || pull_request_key as deployment_key,
        repository_key,
        service,
        reliability_tier,
        source_org,
        pull_request_id as deployment_id,
        deploy_source,
        true as is_source_of_truth,
        merge_commit_sha as commit_sha,
        'production' as environment,
        'production' as environment_kind,
        'success' as state,
        merged_at as started_at,
        merged_at as succeeded_at
    from {{ ref('int_github__lead_time_to_deploy') }}
    where deploy_source = 'merged_at'
),

combined as (
    select * from reported
    union all
    select * from merged
)

select
    service_deployment_key,
    deployment_key,
    repository_key,
    service,
    reliability_tier,
    source_org,
    deployment_id,
    deploy_source,
    is_source_of_truth,
    commit_sha,
    environment,
    environment_kind,
    state,
    succeeded_at is not null as is_successful,
    started_at,
    succeeded_at,
    {{ seconds_between('started_at', 'succeeded_at') }} as deploy_duration_seconds
from combined
