with change as (
    select *
    from (
        {{ changes_by_people() }}
    ) as changed
    -- Later dates are of clocks that go wrong; a day is for those that only know no zones.
    where committed_at <= dateadd('day', 1, _ingested_at)
),

-- The newest change of a repository is its now: a quiet repository has hotspots, too.
newest as (
    select
        repository_key,
        max(committed_at) as last_committed_at
    from change
    group by repository_key
),

recent as (
    select
        change.repository_key,
        change.source_org,
        change.file_path,
        max(change.repository_full_name) as repository_full_name,
        max(change.language) as language,
        count(distinct change.commit_key) as commit_count,
        count(distinct change.author_person_key) as author_count,
        sum(change.churn) as churn,
        max(change.committed_at) as last_changed_at
    from change
    inner join newest on change.repository_key = newest.repository_key
    where change.committed_at > dateadd('day', -90, newest.last_committed_at)
    group by
        change.repository_key,
        change.source_org,
        change.file_path
)

select
    repository_key || '|' || file_path as report_key,
    repository_key,
    source_org,
    repository_full_name,
    file_path,
    language,
    commit_count,
    author_count,
    churn,
    last_changed_at,
    rank() over (partition by repository_key order by commit_count desc, churn desc) as hotspot_rank
from recent
