-- A row per period and week of it, and a row per period as a whole.
select
    is_current,
    is_total,
    iff(is_total, null, weeks_ago) as weeks_ago,
    count(*) as deployed_count,
    count_if(is_reverted) as reverted_count,
    count(lead_time_seconds) as lead_time_count,
    percentile_cont(0.5) within group (order by lead_time_seconds)::float as lead_time_p50,
    percentile_cont(0.75) within group (order by lead_time_seconds)::float as lead_time_p75,
    percentile_cont(0.95) within group (order by lead_time_seconds)::float as lead_time_p95
from ({lead_time_in_view}) as lead_time
cross join (select true as is_total union all select false as is_total) as grain
group by is_current, is_total, iff(is_total, null, weeks_ago)
