select
    deployment.service_deployment_key,
    deployment.deployment_key,
    deployment.repository_key,
    deployment.service,
    deployment.reliability_tier,
    deployment.source_org,
    deployment.deployment_id,
    deployment.deploy_source,
    deployment.is_source_of_truth,
    deployment.commit_sha,
    deployment.environment,
    deployment.environment_kind,
    deployment.state,
    deployment.succeeded_at is not null as is_successful,
    deployment.started_at,
    deployment.succeeded_at,
    {{ seconds_between('deployment.started_at', 'deployment.succeeded_at') }} as deploy_duration_seconds
from {{ ref('int_github__service_deployment') }} as deployment
