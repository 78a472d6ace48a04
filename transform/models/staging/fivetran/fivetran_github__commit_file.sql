with commits as (
    select * from {{ ref('fivetran_github__commit') }}
)

select
    commits.repository_id,
    commits.repository_full_name,
    commit_file.commit_sha,
    commit_file.filename,
    cast(null as varchar) as previous_filename,
    commit_file.status,
    commit_file.additions,
    commit_file.deletions,
    commit_file.changes,
    cast(null as varchar) as blob_sha,
    commits.author_login,
    commits.authored_at,
    commits.committed_at,
    commits.parent_count,
    cast(null as boolean) as files_truncated,
    commits._source_org,
    {{ utc('commit_file._fivetran_synced') }} as _ingested_at,
    cast(null as varchar) as _batch_id,
    cast(null as timestamp_ntz) as _deleted_at
from {{ raw_table(source('fivetran_github', 'commit_file')) }} as commit_file
inner join commits on commit_file.commit_sha = commits.sha
