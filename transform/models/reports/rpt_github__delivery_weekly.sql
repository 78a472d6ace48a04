with deployed as (
    select
        {{ period_start('week', 'started_at') }} as week_start,
        service,
        count_if(is_successful) as deployment_count,
        count_if(not is_successful and state in ('failure', 'error', 'failed')) as failed_deployment_count
    from {{ ref('fct_github__deployment') }}
    where
        is_source_of_truth
        and environment_kind = 'production'
        and started_at is not null
    group by
        {{ period_start('week', 'started_at') }},
        service
),

shipped as (
    select
        {{ period_start('week', 'lead_time.deployed_at') }} as week_start,
        lead_time.service,
        count(*) as deployed_pull_request_count,
        count_if(pull_request.is_reverted) as reverted_pull_request_count,
        count_if(lead_time.match_method = 'sha') as exact_match_count,
        -- What is live once merged has no deployment to be found.
        count_if(lead_time.match_method <> 'merged_at') as match_count,
        {{ duration_percentiles('lead_time.lead_time_seconds', 'lead_time') }},
        percentile_cont(0.5) within group (order by lead_time.merge_to_deploy_seconds::float)
            as merge_to_deploy_p50_seconds
    from {{ ref('fct_github__lead_time_to_deploy') }} as lead_time
    inner join {{ ref('fct_github__pull_request') }} as pull_request
        on lead_time.pull_request_key = pull_request.pull_request_key
    where lead_time.deployed_at is not null
    group by
        {{ period_start('week', 'lead_time.deployed_at') }},
        lead_time.service
),

week as (
    select
        week_start,
        service
    from deployed
    union
    select
        week_start,
        service
    from shipped
)

select
    week.week_start || '|' || week.service as report_key,
    week.week_start,
    week.service,
    coalesce(deployed.deployment_count, 0) as deployment_count,
    coalesce(deployed.deployment_count, 0)::float / 7 as deployments_per_day,
    coalesce(deployed.failed_deployment_count, 0) as failed_deployment_count,
    coalesce(shipped.deployed_pull_request_count, 0) as deployed_pull_request_count,
    coalesce(shipped.reverted_pull_request_count, 0) as reverted_pull_request_count,
    {{ share_of('shipped.reverted_pull_request_count', 'shipped.deployed_pull_request_count') }}
        as change_failure_rate,
    {{ share_of('shipped.exact_match_count', 'shipped.match_count') }} as exact_match_share,
    shipped.lead_time_p50_seconds,
    shipped.lead_time_p75_seconds,
    shipped.lead_time_p95_seconds,
    coalesce(shipped.lead_time_case_count, 0) as lead_time_case_count,
    coalesce(shipped.is_lead_time_small_sample, true) as is_lead_time_small_sample,
    {{ dora_bucket('shipped.lead_time_p50_seconds') }} as dora_bucket,
    shipped.merge_to_deploy_p50_seconds
from week
left join deployed
    on
        week.week_start = deployed.week_start
        and week.service = deployed.service
left join shipped
    on
        week.week_start = shipped.week_start
        and week.service = shipped.service
