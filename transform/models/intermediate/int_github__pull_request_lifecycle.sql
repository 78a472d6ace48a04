{{
    config(
        materialized='incremental',
        unique_key='pull_request_key',
        incremental_predicates=['dbt_internal_dest.created_at = dbt_internal_source.created_at'],
        pre_hook='{{ delete_vanished("pull_request", "pull_request_key", "updated_at") }}',
    )
}}

{%- set changed = changed_pull_requests() %}
{%- set within = changed_range(changed) %}

with
{{ changed_cte(changed) }}

pull_request as (
    {{ current_rows('pull_request', 'pull_request_key', 'updated_at', within=within) }}
),

-- Loaded rows, deleted ones among them, so that a deletion moves the moment of load, too.
input as (
    select
        pull_request_key,
        pull_request_id,
        _ingested_at
    from {{ ref('base_github__pull_request_review') }}
    union all
    select
        pull_request_key,
        pull_request_id,
        _ingested_at
    from {{ ref('base_github__pull_request_commit') }}
),

loaded as (
    select
        pull_request_key,
        max(_ingested_at) as _ingested_at
    from input
    {% if is_incremental() %}
    where pull_request_key in (select changed.pull_request_key from changed) and {{ within }}
    {% endif %}
    group by pull_request_key
),

authored as (
    select
        pull_request_key,
        -- A time that git cannot tell is written as the beginning of 1970.
        min(nullif(authored_at, '1970-01-01'::timestamp_ntz)) as first_commit_at
    from (
        {{ current_rows('pull_request_commit', 'pull_request_commit_key', 'committed_at', within=within) }}
    )
    group by pull_request_key
),

reviewed as (
    select
        pull_request_key,
        min(iff(is_submitted and not is_self_review, submitted_at, null)) as first_response_at,
        min(iff(is_counted, submitted_at, null)) as first_review_at,
        max(iff(is_counted, submitted_at, null)) as last_review_at,
        min(iff(is_counted and state = 'APPROVED', submitted_at, null)) as first_approval_at,
        count_if(is_counted) as review_count,
        count_if(is_submitted and not is_self_review and not is_counted) as automated_review_count,
        count_if(is_submitted and is_self_review) as self_review_count,
        count_if(is_counted and state = 'CHANGES_REQUESTED') as changes_requested_count,
        count(distinct iff(is_counted, reviewer_person_key, null)) as reviewer_count,
        count(distinct iff(is_counted and state = 'APPROVED', reviewer_person_key, null)) as approver_count,
        count(distinct iff(is_counted, commit_sha, null)) as review_round_count
    from {{ ref('fct_github__pull_request_review') }}
    {% if is_incremental() %}
    where pull_request_key in (select changed.pull_request_key from changed) and {{ within }}
    {% endif %}
    group by pull_request_key
),

joined as (
    select
        pull_request.pull_request_key,
        pull_request.pull_request_id,
        pull_request.created_at,
        pull_request.merged_at,
        authored.first_commit_at,
        reviewed.first_response_at,
        reviewed.first_review_at,
        reviewed.last_review_at,
        reviewed.first_approval_at,
        coalesce(reviewed.review_count, 0) as review_count,
        coalesce(reviewed.automated_review_count, 0) as automated_review_count,
        coalesce(reviewed.self_review_count, 0) as self_review_count,
        coalesce(reviewed.changes_requested_count, 0) as changes_requested_count,
        coalesce(reviewed.reviewer_count, 0) as reviewer_count,
        coalesce(reviewed.approver_count, 0) as approver_count,
        coalesce(reviewed.review_round_count, 0) as review_round_count,
        -- Before the merge there is no stage of review to speak of; a review after it is none of a stage.
        iff(reviewed.first_review_at <= pull_request.merged_at, reviewed.first_review_at, null)
            as first_review_before_merge_at,
        greatest(pull_request._ingested_at, coalesce(loaded._ingested_at, pull_request._ingested_at))
            as _ingested_at
    from pull_request
    left join loaded on pull_request.pull_request_key = loaded.pull_request_key
    left join authored on pull_request.pull_request_key = authored.pull_request_key
    left join reviewed on pull_request.pull_request_key = reviewed.pull_request_key
),

final as (
    select
        pull_request_key,
        pull_request_id,
        created_at,
        merged_at,
        first_commit_at,
        first_response_at,
        first_review_at,
        last_review_at,
        first_approval_at,
        {{ seconds_between('created_at', 'first_response_at') }} as seconds_to_first_response,
        {{ seconds_between('created_at', 'first_review_at') }} as seconds_to_first_review,
        {{ seconds_between('created_at', 'first_approval_at') }} as seconds_to_first_approval,
        {{ seconds_between('created_at', 'merged_at') }} as seconds_to_merge,
        -- Work that began after opening took no time before it.
        iff(
            merged_at is not null,
            greatest(datediff('second', first_commit_at, created_at), 0),
            null
        ) as coding_seconds,
        {{ seconds_between('created_at', 'first_review_before_merge_at') }} as pickup_seconds,
        {{ seconds_between('first_review_before_merge_at', 'merged_at') }} as review_seconds,
        review_count,
        automated_review_count,
        self_review_count,
        changes_requested_count,
        reviewer_count,
        approver_count,
        review_round_count,
        _ingested_at
    from joined
)

{{ only_differences('final', 'pull_request_key', 'created_at') }}
