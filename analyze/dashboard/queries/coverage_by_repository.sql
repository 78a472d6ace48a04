select
    repository_full_name,
    count(*) as merged_count,
    count_if(is_reviewed) as reviewed_count,
    count_if(is_self_merged) as self_merged_count,
    (count_if(is_reviewed) / count(*))::float as review_coverage,
    percentile_cont(0.5) within group (order by seconds_to_first_review)::float as first_review_p50
from ({merged_in_view}) as merged
where is_current
group by repository_full_name
order by merged_count desc, repository_full_name asc
limit 200
