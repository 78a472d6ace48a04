{{
    config(
        materialized='incremental',
        unique_key='pull_request_key',
        incremental_predicates=['dbt_internal_dest.created_at = dbt_internal_source.created_at'],
        pre_hook='{{ delete_vanished("pull_request", "pull_request_key", "updated_at") }}',
    )
}}

with deployed as (
    select
        pull_request_key,
        min(merge_to_deploy_seconds) as deploy_seconds
    from {{ ref('fct_github__lead_time_to_deploy') }}
    group by pull_request_key
),

revert as (
    select * from {{ ref('int_github__pull_request_revert') }}
),

reverted as (
    select distinct reverted_pull_request_key as pull_request_key
    from revert
    where is_effective
),

{#- A deployment or a revert changes pull requests of which nothing was loaded again. -#}
{%- set changed_elsewhere %}
    union
    select
        known.pull_request_key,
        known.pull_request_id
    from {{ this }} as known
    left join deployed on known.pull_request_key = deployed.pull_request_key
    left join reverted on known.pull_request_key = reverted.pull_request_key
    left join revert on known.pull_request_key = revert.revert_pull_request_key
    where
        known.deploy_seconds is distinct from deployed.deploy_seconds
        or known.is_reverted <> (reverted.pull_request_key is not null)
        or known.reverted_pull_request_key is distinct from revert.reverted_pull_request_key
{%- endset %}

{%- set renamed = of_renamed_repositories(['pull_request_key', 'pull_request_id']) %}

{{ changed_cte(changed_pull_requests() ~ changed_elsewhere ~ renamed) }}

pull_request as (
    {{ current_rows('pull_request', 'pull_request_key', 'updated_at') }}
),

lifecycle as (
    select *
    from {{ ref('int_github__pull_request_lifecycle') }}
    {% if is_incremental() %}
    where pull_request_key in (select changed.pull_request_key from changed)
    {% endif %}
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

final as (
    select
        -- keys
        pull_request.pull_request_key,
        pull_request.repository_key,
        dim_user.user_key as author_user_key,
        revert.reverted_pull_request_key,

        -- what it is
        pull_request.source_org,
        pull_request.pull_request_id,
        pull_request.repository_id,
        coalesce(repository.repository_full_name, pull_request.repository_full_name) as repository_full_name,
        pull_request.number,
        pull_request.title,
        pull_request.state,
        pull_request.html_url,
        pull_request.base_ref,
        pull_request.head_ref,
        iff(pull_request.is_merged, pull_request.merge_commit_sha, null) as merge_commit_sha,

        -- people
        pull_request.author_login,
        {{
            account_type(
                'pull_request.author_login',
                'pull_request.author_user_type',
                'service_account.github_login is not null',
            )
        }} as author_type,
        coalesce(identity.person_key, 'id:' || pull_request.author_user_id) as author_person_key,
        dim_user.team as author_team,
        pull_request.merged_by_login,

        -- flags
        pull_request.is_merged,
        coalesce(pull_request.is_draft, false) as is_draft,
        coalesce(pull_request.base_ref = pull_request.default_branch, false)
        or default_branch.default_branch_key is not null as is_to_default_branch,
        iff(
            pull_request.is_merged
            and pull_request.merged_by_login is not null
            -- Of two accounts that are gone nobody can tell whether they are one.
            and not coalesce(merger.github_login = 'ghost' and identity.github_login = 'ghost', false),
            coalesce(merger.person_key, 'id:' || pull_request.merged_by_user_id)
            = coalesce(identity.person_key, 'id:' || pull_request.author_user_id),
            null
        ) as is_self_merged,
        revert.revert_pull_request_key is not null as is_revert,
        reverted.pull_request_key is not null as is_reverted,
        lifecycle.review_count > 0 as is_reviewed,

        -- times
        pull_request.created_at,
        pull_request.updated_at,
        pull_request.closed_at,
        pull_request.merged_at,
        lifecycle.first_commit_at,
        lifecycle.first_response_at,
        lifecycle.first_review_at,
        lifecycle.first_approval_at,

        -- durations
        lifecycle.seconds_to_first_response,
        lifecycle.seconds_to_first_review,
        lifecycle.seconds_to_first_approval,
        lifecycle.seconds_to_merge,
        lifecycle.coding_seconds,
        lifecycle.pickup_seconds,
        lifecycle.review_seconds,
        deployed.deploy_seconds,
        lifecycle.coding_seconds + lifecycle.pickup_seconds + lifecycle.review_seconds + deployed.deploy_seconds
            as cycle_seconds,

        -- counts
        lifecycle.review_count,
        lifecycle.reviewer_count,
        lifecycle.approver_count,
        lifecycle.review_round_count,
        pull_request.additions,
        pull_request.deletions,
        pull_request.additions + pull_request.deletions as changed_lines,
        pull_request.changed_files,
        pull_request.commit_count,
        {{ size_class('pull_request.additions + pull_request.deletions') }} as size_class,
        lifecycle._ingested_at
    from pull_request
    inner join lifecycle on pull_request.pull_request_key = lifecycle.pull_request_key
    left join {{ ref('int_github__repository_name') }} as repository
        on pull_request.repository_key = repository.repository_key
    left join {{ ref('int_github__default_branch') }} as default_branch
        on
            pull_request.repository_key = default_branch.repository_key
            and pull_request.base_ref = default_branch.default_branch
            and coalesce(pull_request.merged_at, pull_request.closed_at) >= default_branch.valid_from
            and (
                coalesce(pull_request.merged_at, pull_request.closed_at) < default_branch.valid_to
                or default_branch.valid_to is null
            )
    left join identity
        on {{ is_account("coalesce(pull_request.author_login, 'ghost')", 'pull_request.author_user_id', 'identity') }}
    left join service_account on lower(pull_request.author_login) = service_account.github_login
    left join {{ ref('int_github__user_identity') }} as merger
        on {{ is_account('pull_request.merged_by_login', 'pull_request.merged_by_user_id', 'merger') }}
    left join {{ ref('dim_github__user') }} as dim_user
        on
            {{
                is_account_at(
                    "coalesce(pull_request.author_login, 'ghost')",
                    'pull_request.author_user_id',
                    'pull_request.created_at',
                    'dim_user',
                )
            }}
    left join revert on pull_request.pull_request_key = revert.revert_pull_request_key
    left join reverted on pull_request.pull_request_key = reverted.pull_request_key
    left join deployed on pull_request.pull_request_key = deployed.pull_request_key
)

{{ only_differences('final', 'pull_request_key', 'created_at') }}
