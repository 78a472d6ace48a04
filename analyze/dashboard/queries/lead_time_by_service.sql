-- A row per service: what came to production in the period, and how far the matching is to be trusted.
select
    service,
    count(*) as deployed_count,
    count(lead_time_seconds) as case_count,
    percentile_cont(0.5) within group (order by lead_time_seconds)::float as p50,
    percentile_cont(0.75) within group (order by lead_time_seconds)::float as p75,
    percentile_cont(0.95) within group (order by lead_time_seconds)::float as p95,
    count_if(match_method = 'sha') as sha_count,
    count_if(match_method = 'contained') as contained_count,
    count_if(match_method = 'time_after_merge') as time_count
from ({lead_time_in_view}) as lead_time
where is_current
group by service
order by deployed_count desc, service asc
limit 200
