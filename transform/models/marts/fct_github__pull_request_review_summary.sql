{{
    config(
        materialized='incremental',
        unique_key='pull_request_key',
        incremental_predicates=['dbt_internal_dest.created_at = dbt_internal_source.created_at'],
        pre_hook='{{ delete_vanished("pull_request", "pull_request_key", "updated_at") }}',
    )
}}

{%- set changed = changed_pull_requests() ~ of_renamed_repositories(['pull_request_key', 'pull_request_id']) %}
{%- set within = changed_range(changed) %}

with
{{ changed_cte(changed) }}

lifecycle as (
    select *
    from {{ ref('int_github__pull_request_lifecycle') }}
    {% if is_incremental() %}
    where pull_request_key in (select changed.pull_request_key from changed) and {{ within }}
    {% endif %}
),

pull_request as (
    {{ current_rows('pull_request', 'pull_request_key', 'updated_at', within=within) }}
),

final as (
    select
        lifecycle.pull_request_key,
        pull_request.repository_key,
        pull_request.source_org,
        pull_request.pull_request_id,
        pull_request.number,
        coalesce(repository.repository_full_name, pull_request.repository_full_name) as repository_full_name,
        lifecycle.created_at,
        lifecycle.merged_at,
        lifecycle.first_response_at,
        lifecycle.first_review_at,
        lifecycle.last_review_at,
        lifecycle.first_approval_at,
        lifecycle.review_count,
        lifecycle.automated_review_count,
        lifecycle.self_review_count,
        lifecycle.changes_requested_count,
        lifecycle.reviewer_count,
        lifecycle.approver_count,
        lifecycle.review_round_count,
        coalesce(array_size(pull_request.requested_reviewers), 0)::number(38, 0) as open_review_request_count,
        lifecycle.review_count > 0 as is_reviewed,
        coalesce(lifecycle.first_review_at <= lifecycle.merged_at, false) as is_reviewed_before_merge,
        lifecycle.approver_count > 0 as is_approved,
        lifecycle._ingested_at
    from lifecycle
    inner join pull_request on lifecycle.pull_request_key = pull_request.pull_request_key
    left join {{ ref('int_github__repository_name') }} as repository
        on pull_request.repository_key = repository.repository_key
)

{{ only_differences('final', 'pull_request_key', 'created_at') }}
