{{
    config(
        materialized='incremental',
        unique_key='review_key',
        incremental_predicates=['dbt_internal_dest.pull_request_created_at = dbt_internal_source.pull_request_created_at'],
        pre_hook=[
            '{{ delete_vanished("pull_request", "pull_request_key", "updated_at") }}',
            '{{ delete_vanished("pull_request_review", "review_key", "submitted_at") }}',
        ],
    )
}}

{%- set changed = changed_pull_requests() ~ of_renamed_repositories(['pull_request_key', 'pull_request_id']) %}
{%- set within = changed_range(changed) %}

with
{{ changed_cte(changed) }}

review as (
    {{ current_rows('pull_request_review', 'review_key', 'submitted_at', within=within) }}
),

pull_request as (
    {{ current_rows('pull_request', 'pull_request_key', 'updated_at', within=within) }}
),

identity as (
    select * from {{ ref('int_github__user_identity') }}
),

-- A login says so by itself, whichever account has it.
service_account as (
    select github_login
    from identity
    where is_service_account
),

attributed as (
    select
        review.*,
        coalesce(repository.repository_full_name, pull_request.repository_full_name) as repository_full_name,
        pull_request.created_at as pull_request_created_at,
        pull_request.merged_at as pull_request_merged_at,
        coalesce(author.person_key, 'id:' || pull_request.author_user_id) as author_person_key,
        coalesce(reviewer.person_key, 'id:' || review.reviewer_user_id) as reviewer_person_key,
        -- All accounts that are gone have one name, so that nobody can tell whether two of them are one.
        coalesce(author.github_login = 'ghost' and reviewer.github_login = 'ghost', false) as are_both_gone,
        {{
            account_type(
                'review.reviewer_login',
                'review.reviewer_user_type',
                'service_account.github_login is not null',
            )
        }} as reviewer_type,
        greatest(review._ingested_at, pull_request._ingested_at) as newest_ingested_at
    from review
    inner join pull_request on review.pull_request_key = pull_request.pull_request_key
    left join {{ ref('int_github__repository_name') }} as repository
        on review.repository_key = repository.repository_key
    left join identity as author
        on {{ is_account("coalesce(pull_request.author_login, 'ghost')", 'pull_request.author_user_id', 'author') }}
    left join identity as reviewer
        on {{ is_account("coalesce(review.reviewer_login, 'ghost')", 'review.reviewer_user_id', 'reviewer') }}
    left join service_account on lower(review.reviewer_login) = service_account.github_login
),

judged as (
    select
        *,
        submitted_at is not null and state <> 'PENDING' as is_submitted,
        case
            when not are_both_gone then reviewer_person_key = author_person_key
            -- GitHub takes no verdict from the author; a comment may be the author's own answer.
            when state in ('APPROVED', 'CHANGES_REQUESTED', 'DISMISSED') then false
        end as is_self_review
    from attributed
),

counted as (
    select
        *,
        coalesce(is_submitted and not is_self_review and reviewer_type = 'human', false) as is_counted
    from judged
),

numbered as (
    select
        *,
        iff(
            is_counted,
            row_number() over (
                partition by pull_request_key, is_counted
                order by submitted_at asc, review_id asc
            ),
            null
        ) as review_number
    from counted
),

final as (
    select
        numbered.review_key,
        numbered.pull_request_key,
        numbered.repository_key,
        dim_user.user_key as reviewer_user_key,
        numbered.source_org,
        numbered.review_id,
        numbered.pull_request_id,
        numbered.pull_request_number,
        numbered.repository_full_name,
        numbered.reviewer_login,
        numbered.reviewer_type,
        numbered.reviewer_person_key,
        dim_user.team as reviewer_team,
        numbered.state,
        numbered.commit_sha,
        numbered.is_submitted,
        numbered.is_self_review,
        numbered.is_counted,
        numbered.review_number,
        numbered.submitted_at,
        {{ seconds_between('numbered.pull_request_created_at', 'numbered.submitted_at') }}
            as seconds_since_opened,
        numbered.pull_request_created_at,
        numbered.newest_ingested_at as _ingested_at
    from numbered
    left join {{ ref('dim_github__user') }} as dim_user
        on
            {{
                is_account_at(
                    "coalesce(numbered.reviewer_login, 'ghost')",
                    'numbered.reviewer_user_id',
                    'coalesce(numbered.submitted_at, numbered.pull_request_created_at)',
                    'dim_user',
                )
            }}
)

{{ only_differences('final', 'review_key', 'pull_request_created_at') }}
