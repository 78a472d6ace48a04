select
    review.id,
    cast(null as varchar) as node_id,
    review.pull_request_id,
    issues.number as pull_request_number,
    issues.repository_id,
    review.user_id,
    reviewer.login as user_login,
    reviewer.type as user_type,
    upper(review.state) as state,
    review.body,
    review.commit_sha,
    {{ utc('review.submitted_at') }} as submitted_at,
    cast(null as varchar) as author_association,
    cast(null as varchar) as html_url,
    split_part(repository.full_name, '/', 1) as _source_org,
    {{ utc('review._fivetran_synced') }} as _ingested_at,
    cast(null as varchar) as _batch_id,
    cast(null as timestamp_ntz) as _deleted_at
from {{ raw_table(source('fivetran_github', 'pull_request_review')) }} as review
inner join {{ raw_table(source('fivetran_github', 'pull_request')) }} as pull_request
    on review.pull_request_id = pull_request.id
inner join {{ raw_table(source('fivetran_github', 'issue')) }} as issues
    on pull_request.issue_id = issues.id
inner join {{ raw_table(source('fivetran_github', 'repository')) }} as repository
    on issues.repository_id = repository.id
left join {{ raw_table(source('fivetran_github', 'user')) }} as reviewer
    on review.user_id = reviewer.id
