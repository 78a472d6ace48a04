-- A row per team of authors.
select
    coalesce(author_team, 'unknown') as team,
    count(*) as merged_count,
    count(distinct author_person_key) as author_count,
    (count_if(is_reviewed) / count(*))::float as review_coverage,
    count(seconds_to_first_review) as first_review_count,
    percentile_cont(0.5) within group (order by seconds_to_first_review)::float as first_review_p50,
    percentile_cont(0.5) within group (order by seconds_to_merge)::float as p50,
    percentile_cont(0.75) within group (order by seconds_to_merge)::float as p75,
    percentile_cont(0.95) within group (order by seconds_to_merge)::float as p95
from ({merged_in_view}) as merged
where is_current
group by coalesce(author_team, 'unknown')
order by merged_count desc, team asc
limit 200
