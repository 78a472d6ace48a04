-- Pull requests merged in the period, or in the one before; weeks are counted back from the end of the period.
select
    pull_request.*,
    pull_request.merged_at >= bounds.first_day as is_current,
    floor((datediff('day', pull_request.merged_at::date, bounds.end_day) - 1) / 7)::int as weeks_ago
from ({pull_request_in_view}) as pull_request
cross join ({bounds}) as bounds
where
    pull_request.is_merged
    and pull_request.merged_at >= bounds.previous_day
    and pull_request.merged_at < bounds.end_day
