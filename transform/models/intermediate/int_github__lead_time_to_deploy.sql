with pull_request_service as (
    select
        shipped.service,
        pull_request.*,
        pull_request.pull_request_key || '|' || shipped.service as lead_time_key
    from {{ ref('int_github__pull_request_service') }} as shipped
    inner join {{ ref('stg_github__pull_request') }} as pull_request
        on shipped.pull_request_key = pull_request.pull_request_key
),

deployment as (
    select *
    from {{ ref('int_github__service_deployment') }}
    where
        is_source_of_truth
        and environment_kind in ('production', 'staging')
        and succeeded_at is not null
),

stream as (
    select distinct
        service,
        repository_key,
        environment_kind,
        stream_key
    from deployment
    where repository_key is not null
),

-- Best: the first deployment whose commit is the merge or descends from it.
contained as (
    select
        pull_request_service.lead_time_key,
        stream.environment_kind,
        reached.deployed_sha,
        reached.succeeded_at,
        iff(reached.deployed_sha = pull_request_service.merge_commit_sha, 'sha', 'contained') as match_method
    from pull_request_service
    inner join stream
        on
            pull_request_service.service = stream.service
            and pull_request_service.repository_key = stream.repository_key
    inner join {{ ref('int_github__deployed_commit') }} as reached
        on
            stream.stream_key = reached.stream_key
            and pull_request_service.merge_commit_sha = reached.commit_sha
    where reached.succeeded_at >= pull_request_service.merged_at
    qualify row_number() over (
        partition by pull_request_service.lead_time_key, stream.environment_kind
        order by reached.succeeded_at asc, match_method desc
    ) = 1
),

source_of_truth as (
    select
        service,
        repository_key,
        min(deploy_source) as deploy_source,
        any_value(reliability_tier) as reliability_tier
    from {{ ref('int_github__service') }}
    group by
        service,
        repository_key
),

-- Else by time, among deployments of which nobody can tell whether they hold the merge: either commit is
-- not among the loaded ones, or not all of the deployment's history was walked. One that is known to lack the
-- merge is never a match.
known_commit as (
    select
        repository_key,
        commit_sha
    from {{ ref('stg_github__commit') }}
),

early as (
    select distinct
        pull_request_service.lead_time_key,
        stream.environment_kind
    from pull_request_service
    inner join stream
        on
            pull_request_service.service = stream.service
            and pull_request_service.repository_key = stream.repository_key
    inner join {{ ref('int_github__deployed_commit') }} as reached
        on
            stream.stream_key = reached.stream_key
            and pull_request_service.merge_commit_sha = reached.commit_sha
    where reached.succeeded_at < pull_request_service.merged_at
),

environment as (
    select 'production' as environment_kind
    union all
    select 'staging' as environment_kind
),

undecided as (
    select
        pull_request_service.lead_time_key,
        pull_request_service.service,
        pull_request_service.repository_key,
        environment.environment_kind,
        pull_request_service.merged_at,
        known_merge.commit_sha is not null and early.lead_time_key is null as is_known
    from pull_request_service
    cross join environment
    left join contained
        on
            pull_request_service.lead_time_key = contained.lead_time_key
            and environment.environment_kind = contained.environment_kind
    left join known_commit as known_merge
        on
            pull_request_service.repository_key = known_merge.repository_key
            and pull_request_service.merge_commit_sha = known_merge.commit_sha
    left join early
        on
            pull_request_service.lead_time_key = early.lead_time_key
            and environment.environment_kind = early.environment_kind
    where contained.lead_time_key is null
),

partly_walked as (
    select distinct
        stream_key,
        deployed_sha,
        succeeded_at
    from {{ ref('int_github__deployed_commit') }}
    where not is_walked_to_the_end
),

-- A deployment reported from elsewhere, whose commit does not tell its repository, is one of all of its service.
candidate as (
    select
        deployment.deployment_key,
        deployment.service,
        source_of_truth.repository_key,
        deployment.environment_kind,
        deployment.commit_sha,
        deployment.succeeded_at,
        known_deployed.commit_sha is not null and partly_walked.deployed_sha is null as is_known
    from deployment
    inner join source_of_truth
        on
            deployment.service = source_of_truth.service
            and coalesce(deployment.repository_key, source_of_truth.repository_key) = source_of_truth.repository_key
    left join known_commit as known_deployed
        on
            deployment.repository_key = known_deployed.repository_key
            and deployment.commit_sha = known_deployed.commit_sha
    left join partly_walked
        on
            deployment.stream_key = partly_walked.stream_key
            and deployment.commit_sha = partly_walked.deployed_sha
            and deployment.succeeded_at = partly_walked.succeeded_at
),

-- Merges and deployments in one order of time, so that each merge sees the next deployment without a join to all.
timeline as (
    select
        service,
        repository_key,
        environment_kind,
        merged_at as moment,
        lead_time_key,
        is_known,
        null as succeeded_at
    from undecided
    union all
    select
        service,
        repository_key,
        environment_kind,
        succeeded_at as moment,
        null as lead_time_key,
        is_known,
        succeeded_at
    from candidate
),

awaited as (
    select
        lead_time_key,
        service,
        repository_key,
        environment_kind,
        is_known,
        min(iff(is_known, null, succeeded_at)) over (
            partition by service, repository_key, environment_kind
            order by moment desc, succeeded_at desc nulls last
            rows between unbounded preceding and current row
        ) as next_unknown_at,
        min(succeeded_at) over (
            partition by service, repository_key, environment_kind
            order by moment desc, succeeded_at desc nulls last
            rows between unbounded preceding and current row
        ) as next_at
    from timeline
    qualify lead_time_key is not null
),

by_time as (
    select
        awaited.lead_time_key,
        awaited.environment_kind,
        candidate.commit_sha as deployed_sha,
        candidate.succeeded_at,
        'time_after_merge' as match_method
    from awaited
    inner join candidate
        on
            awaited.service = candidate.service
            and awaited.repository_key = candidate.repository_key
            and awaited.environment_kind = candidate.environment_kind
            and iff(awaited.is_known, awaited.next_unknown_at, awaited.next_at) = candidate.succeeded_at
            and not (awaited.is_known and candidate.is_known)
    qualify row_number() over (
        partition by awaited.lead_time_key, awaited.environment_kind
        order by candidate.deployment_key asc
    ) = 1
),

matched as (
    select
        lead_time_key,
        environment_kind,
        deployed_sha,
        succeeded_at,
        match_method
    from contained
    union all
    select
        lead_time_key,
        environment_kind,
        deployed_sha,
        succeeded_at,
        match_method
    from by_time
)

select
    pull_request_service.lead_time_key,
    pull_request_service.pull_request_key,
    pull_request_service.repository_key,
    pull_request_service.source_org,
    pull_request_service.pull_request_id,
    pull_request_service.repository_full_name,
    pull_request_service.number,
    pull_request_service.service,
    source_of_truth.reliability_tier,
    source_of_truth.deploy_source,
    pull_request_service.created_at,
    pull_request_service.merged_at,
    pull_request_service.merge_commit_sha,
    staging.succeeded_at as staging_deployed_at,
    staging.match_method as staging_match_method,
    iff(source_of_truth.deploy_source = 'merged_at', pull_request_service.merged_at, production.succeeded_at)
        as deployed_at,
    iff(source_of_truth.deploy_source = 'merged_at', pull_request_service.merge_commit_sha, production.deployed_sha)
        as deployed_commit_sha,
    iff(source_of_truth.deploy_source = 'merged_at', 'merged_at', production.match_method) as match_method
from pull_request_service
inner join source_of_truth
    on
        pull_request_service.service = source_of_truth.service
        and pull_request_service.repository_key = source_of_truth.repository_key
left join matched as production
    on
        pull_request_service.lead_time_key = production.lead_time_key
        and production.environment_kind = 'production'
left join matched as staging
    on
        pull_request_service.lead_time_key = staging.lead_time_key
        and staging.environment_kind = 'staging'
