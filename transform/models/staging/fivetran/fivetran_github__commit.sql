-- Fivetran does not keep the order of parents. What a pull request brought in is not the first one: the branch that it
-- was merged into is.
with brought_in as (
    select distinct
        merge_commit_sha,
        head_sha
    from {{ raw_table(source('fivetran_github', 'pull_request')) }}
    where merge_commit_sha is not null
),

parents as (
    select
        listed.commit_sha,
        array_agg(listed.parent_sha) within group (
            order by iff(brought_in.head_sha is null, 0, 1) asc, listed.parent_sha asc
        ) as parent_shas,
        count(*) as parent_count
    from {{ raw_table(source('fivetran_github', 'commit_parent')) }} as listed
    left join brought_in
        on
            listed.commit_sha = brought_in.merge_commit_sha
            and listed.parent_sha = brought_in.head_sha
    group by listed.commit_sha
),

totals as (
    select
        commit_sha,
        sum(additions) as additions,
        sum(deletions) as deletions
    from {{ raw_table(source('fivetran_github', 'commit_file')) }}
    group by commit_sha
)

select
    commits.sha,
    commits.repository_id,
    repository.full_name as repository_full_name,
    commits.message,
    author_email.user_id as author_id,
    author.login as author_login,
    commits.author_name,
    commits.author_email,
    {{ utc('commits.author_date') }} as authored_at,
    committer.login as committer_login,
    {{ utc('commits.committer_date') }} as committed_at,
    parents.parent_shas,
    coalesce(parents.parent_count, 0) as parent_count,
    totals.additions,
    totals.deletions,
    split_part(repository.full_name, '/', 1) as _source_org,
    {{ utc('commits._fivetran_synced') }} as _ingested_at,
    cast(null as varchar) as _batch_id,
    cast(null as timestamp_ntz) as _deleted_at
from {{ raw_table(source('fivetran_github', 'commit')) }} as commits
inner join {{ raw_table(source('fivetran_github', 'repository')) }} as repository
    on commits.repository_id = repository.id
left join parents on commits.sha = parents.commit_sha
left join totals on commits.sha = totals.commit_sha
left join {{ raw_table(source('fivetran_github', 'user_email')) }} as author_email
    on commits.author_email = author_email.email
left join {{ raw_table(source('fivetran_github', 'user')) }} as author
    on author_email.user_id = author.id
left join {{ raw_table(source('fivetran_github', 'user_email')) }} as committer_email
    on commits.committer_email = committer_email.email
left join {{ raw_table(source('fivetran_github', 'user')) }} as committer
    on committer_email.user_id = committer.id
qualify row_number() over (
    partition by commits.repository_id, commits.sha
    order by author_email.user_id asc, committer_email.user_id asc
) = 1
