with merge_commit as (
    select
        commit_sha,
        sum(additions) as additions,
        sum(deletions) as deletions,
        count(*) as changed_files
    from {{ raw_table(source('fivetran_github', 'commit_file')) }}
    group by commit_sha
),

listed as (
    select
        pull_request_id,
        count(*) as commits
    from {{ raw_table(source('fivetran_github', 'commit_pull_request')) }}
    group by pull_request_id
),

listed_date as (
    select distinct
        listing.pull_request_id,
        commits.author_date
    from {{ raw_table(source('fivetran_github', 'commit_pull_request')) }} as listing
    inner join {{ raw_table(source('fivetran_github', 'commit')) }} as commits
        on listing.commit_sha = commits.sha
    inner join {{ raw_table(source('fivetran_github', 'pull_request')) }} as pull_request
        on listing.pull_request_id = pull_request.id
    -- What is looked for is a copy of a commit that the pull request has, not the commit itself.
    where listing.commit_sha is distinct from pull_request.merge_commit_sha
)

select
    pull_request.id,
    cast(null as varchar) as node_id,
    issues.number,
    issues.repository_id,
    repository.full_name as repository_full_name,
    issues.title,
    issues.body,
    issues.state,
    cast(null as boolean) as draft,
    issues.locked,
    'https://github.com/' || repository.full_name || '/pull/' || issues.number as html_url,
    cast(null as varchar) as author_association,
    issues.user_id,
    author.login as user_login,
    author.type as user_type,
    pull_request.base_ref,
    pull_request.base_sha,
    repository.default_branch,
    pull_request.head_ref,
    pull_request.head_sha,
    pull_request.head_repo_id as head_repository_id,
    merges.merged_at is not null as merged,
    {{ utc('merges.merged_at') }} as merged_at,
    merges.actor_id as merged_by_id,
    merger.login as merged_by_login,
    coalesce(pull_request.merge_commit_sha, merges.commit_sha) as merge_commit_sha,
    {{ utc('issues.created_at') }} as created_at,
    {{ utc('issues.updated_at') }} as updated_at,
    {{ utc('issues.closed_at') }} as closed_at,
    -- Fivetran has no totals of a pull request; those of the merge commit are the same once it is merged.
    merge_commit.additions,
    merge_commit.deletions,
    merge_commit.changed_files,
    listed.commits,
    cast(null as number(38, 0)) as comments,
    cast(null as number(38, 0)) as review_comments,
    cast(null as variant) as labels,
    cast(null as variant) as assignees,
    cast(null as variant) as requested_reviewers,
    cast(null as variant) as requested_teams,
    cast(null as variant) as milestone,
    cast(null as variant) as auto_merge,
    split_part(repository.full_name, '/', 1) as _source_org,
    greatest(
        {{ utc('pull_request._fivetran_synced') }},
        {{ utc('issues._fivetran_synced') }},
        coalesce({{ utc('merges._fivetran_synced') }}, {{ utc('issues._fivetran_synced') }})
    ) as _ingested_at,
    cast(null as varchar) as _batch_id,
    cast(null as timestamp_ntz) as _deleted_at
from {{ raw_table(source('fivetran_github', 'pull_request')) }} as pull_request
inner join {{ raw_table(source('fivetran_github', 'issue')) }} as issues
    on pull_request.issue_id = issues.id
inner join {{ raw_table(source('fivetran_github', 'repository')) }} as repository
    on issues.repository_id = repository.id
left join {{ raw_table(source('fivetran_github', 'issue_merged')) }} as merges
    on issues.id = merges.issue_id
left join {{ raw_table(source('fivetran_github', 'user')) }} as author on issues.user_id = author.id
left join {{ raw_table(source('fivetran_github', 'user')) }} as merger on merges.actor_id = merger.id
left join listed on pull_request.id = listed.pull_request_id
left join {{ raw_table(source('fivetran_github', 'commit')) }} as merging
    on
        issues.repository_id = merging.repository_id
        and coalesce(pull_request.merge_commit_sha, merges.commit_sha) = merging.sha
left join listed_date
    on
        pull_request.id = listed_date.pull_request_id
        and merging.author_date = listed_date.author_date
left join merge_commit
    on
        coalesce(pull_request.merge_commit_sha, merges.commit_sha) = merge_commit.commit_sha
        and merges.merged_at is not null
        -- A rebase ends with a copy of the last commit, which has its author's date: of several it is only a part.
        and (listed.commits = 1 or listed_date.pull_request_id is null)
