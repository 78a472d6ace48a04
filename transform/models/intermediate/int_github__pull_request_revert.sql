with pull_request as (
    select
        pull_request.*,
        coalesce(pull_request.base_ref = pull_request.default_branch, false)
        or default_branch.default_branch_key is not null as is_to_default_branch
    from {{ ref('stg_github__pull_request') }} as pull_request
    left join {{ ref('int_github__default_branch') }} as default_branch
        on
            pull_request.repository_key = default_branch.repository_key
            and pull_request.base_ref = default_branch.default_branch
            and pull_request.merged_at >= default_branch.valid_from
            and (pull_request.merged_at < default_branch.valid_to or default_branch.valid_to is null)
),

revert as (
    select
        pull_request_key,
        repository_key,
        created_at,
        merged_at,
        base_ref,
        is_to_default_branch,
        try_to_number(regexp_substr(head_ref, '^revert-([0-9]+)-', 1, 1, 'i', 1)) as reverted_number,
        regexp_substr(title, '^revert "(.*)"$', 1, 1, 'is', 1) as reverted_title
    from pull_request
    where
        regexp_like(head_ref, 'revert-[0-9]+-.*', 'is')
        or regexp_like(title, 'revert([^a-z].*)?', 'is')
),

-- A squash has the number behind the title: that is what `git revert` quotes.
quoted as (
    select
        *,
        try_to_number(regexp_substr(reverted_title, ' [(]#([0-9]+)[)]$', 1, 1, 'i', 1)) as quoted_number,
        regexp_replace(reverted_title, ' [(]#[0-9]+[)]$', '') as squashed_title
    from revert
),

-- The branch that GitHub's button makes names the number; the title that it makes quotes the title. What is taken
-- back in one branch stays in another, so that the original of a change that was picked to a release is not taken
-- back there; of titles alike that of the same branch is meant.
matched as (
    select
        revert.pull_request_key as revert_pull_request_key,
        reverted.pull_request_key as reverted_pull_request_key,
        revert.base_ref is not distinct from reverted.base_ref
        or (revert.is_to_default_branch and coalesce(reverted.is_to_default_branch, false)) as is_of_same_branch,
        revert.merged_at is not null and (reverted.pull_request_key is null or is_of_same_branch) as is_effective
    from quoted as revert
    left join pull_request as reverted
        on
            revert.repository_key = reverted.repository_key
            and revert.pull_request_key <> reverted.pull_request_key
            and reverted.merged_at is not null
            and case
                when revert.reverted_number is not null then revert.reverted_number = reverted.number
                else
                    revert.created_at >= reverted.merged_at
                    and (
                        revert.quoted_number = reverted.number
                        or reverted.title in (revert.reverted_title, revert.squashed_title)
                    )
            end
    qualify row_number() over (
        partition by revert.pull_request_key
        order by
            iff(revert.quoted_number = reverted.number, 0, 1) asc,
            iff(is_of_same_branch, 0, 1) asc,
            reverted.merged_at desc nulls last,
            reverted.number desc
    ) = 1
)

select
    revert_pull_request_key,
    reverted_pull_request_key,
    is_effective
from matched
