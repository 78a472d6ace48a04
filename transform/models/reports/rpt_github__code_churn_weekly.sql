with change as (
    {{ changes_by_people() }}
)

select
    {{ period_start('week', 'committed_at') }}
    || '|' || repository_key || '|' || language || '|' || coalesce(author_team, 'unknown') as report_key,
    {{ period_start('week', 'committed_at') }} as week_start,
    source_org,
    repository_key,
    max(repository_full_name) as repository_full_name,
    language,
    coalesce(author_team, 'unknown') as author_team,
    count(distinct commit_key) as commit_count,
    count(distinct file_path) as file_count,
    count(distinct author_person_key) as author_count,
    sum(additions) as additions,
    sum(deletions) as deletions,
    sum(churn) as churn
from change
group by
    {{ period_start('week', 'committed_at') }},
    source_org,
    repository_key,
    language,
    coalesce(author_team, 'unknown')
