{{
    config(
        materialized='incremental',
        unique_key='lead_time_key',
        incremental_predicates=['dbt_internal_dest.merged_at = dbt_internal_source.merged_at'],
        pre_hook='{{ delete_unmatched("int_github__lead_time_to_deploy", "lead_time_key") }}',
    )
}}

with matched as (
    select * from {{ ref('int_github__lead_time_to_deploy') }}
),

final as (
    select
        matched.lead_time_key,
        matched.pull_request_key,
        matched.repository_key,
        matched.source_org,
        matched.pull_request_id,
        coalesce(repository.repository_full_name, matched.repository_full_name) as repository_full_name,
        matched.number,
        matched.service,
        matched.reliability_tier,
        matched.deploy_source,
        lifecycle.first_commit_at,
        matched.created_at,
        matched.merged_at,
        matched.staging_deployed_at,
        matched.deployed_at,
        matched.deployed_commit_sha,
        matched.match_method,
        matched.staging_match_method,
        lifecycle.coding_seconds,
        lifecycle.pickup_seconds,
        lifecycle.review_seconds,
        {{ seconds_between('matched.merged_at', 'matched.staging_deployed_at') }} as merge_to_staging_seconds,
        {{ seconds_between('matched.staging_deployed_at', 'matched.deployed_at') }} as staging_to_deploy_seconds,
        {{ seconds_between('matched.merged_at', 'matched.deployed_at') }} as merge_to_deploy_seconds,
        {{ seconds_between('lifecycle.first_commit_at', 'matched.deployed_at') }} as lead_time_seconds,
        {{ dora_bucket(seconds_between('lifecycle.first_commit_at', 'matched.deployed_at')) }} as dora_bucket
    from matched
    inner join {{ ref('int_github__pull_request_lifecycle') }} as lifecycle
        on matched.pull_request_key = lifecycle.pull_request_key
    left join {{ ref('int_github__repository_name') }} as repository
        on matched.repository_key = repository.repository_key
)

{{ only_differences('final', 'lead_time_key', 'merged_at') }}
