-- A row per period and week of it, and a row per period as a whole.
select
    is_current,
    is_total,
    iff(is_total, null, weeks_ago) as weeks_ago,
    count(*) as merged_count,
    count_if(is_reviewed) as reviewed_count,
    count_if(is_self_merged) as self_merged_count,
    count_if(is_reverted) as reverted_count,
    percentile_cont(0.5) within group (order by seconds_to_merge)::float as merge_p50,
    percentile_cont(0.75) within group (order by seconds_to_merge)::float as merge_p75,
    percentile_cont(0.95) within group (order by seconds_to_merge)::float as merge_p95,
    count(seconds_to_first_review) as first_review_count,
    percentile_cont(0.5) within group (order by seconds_to_first_review)::float as first_review_p50,
    percentile_cont(0.75) within group (order by seconds_to_first_review)::float as first_review_p75,
    percentile_cont(0.95) within group (order by seconds_to_first_review)::float as first_review_p95
from ({merged_in_view}) as merged
cross join (select true as is_total union all select false as is_total) as grain
group by is_current, is_total, iff(is_total, null, weeks_ago)
