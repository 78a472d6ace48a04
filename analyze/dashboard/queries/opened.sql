-- A row per period and week of it.
select
    pull_request.created_at >= bounds.first_day as is_current,
    floor((datediff('day', pull_request.created_at::date, bounds.end_day) - 1) / 7)::int as weeks_ago,
    count(*) as opened_count
from ({pull_request_in_view}) as pull_request
cross join ({bounds}) as bounds
where
    pull_request.created_at >= bounds.previous_day
    and pull_request.created_at < bounds.end_day
group by 1, 2
