select
    size_class,
    min(changed_lines) as least_lines,
    count(*) as case_count,
    percentile_cont(0.5) within group (order by seconds_to_merge)::float as p50,
    percentile_cont(0.75) within group (order by seconds_to_merge)::float as p75,
    percentile_cont(0.95) within group (order by seconds_to_merge)::float as p95
from ({merged_in_view}) as merged
where is_current and size_class is not null
group by size_class
order by least_lines
