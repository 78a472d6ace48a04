select
    listed.pull_request_id,
    issues.number as pull_request_number,
    issues.repository_id,
    listed.commit_sha,
    row_number() over (
        partition by listed.pull_request_id
        order by commits.committer_date asc, listed.commit_sha asc
    ) as position,
    {{ utc('commits.author_date') }} as authored_at,
    {{ utc('commits.committer_date') }} as committed_at,
    split_part(repository.full_name, '/', 1) as _source_org,
    {{ utc('listed._fivetran_synced') }} as _ingested_at,
    cast(null as varchar) as _batch_id,
    cast(null as timestamp_ntz) as _deleted_at
from {{ raw_table(source('fivetran_github', 'commit_pull_request')) }} as listed
inner join {{ raw_table(source('fivetran_github', 'pull_request')) }} as pull_request
    on listed.pull_request_id = pull_request.id
inner join {{ raw_table(source('fivetran_github', 'issue')) }} as issues
    on pull_request.issue_id = issues.id
inner join {{ raw_table(source('fivetran_github', 'repository')) }} as repository
    on issues.repository_id = repository.id
left join {{ raw_table(source('fivetran_github', 'commit')) }} as commits
    on
        listed.commit_sha = commits.sha
        and issues.repository_id = commits.repository_id
