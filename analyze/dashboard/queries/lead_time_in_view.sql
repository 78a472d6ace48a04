-- Pull requests by service that came to production in the period, or in the one before.
select
    lead_time.*,
    pull_request.is_reverted,
    lead_time.deployed_at >= bounds.first_day as is_current,
    floor((datediff('day', lead_time.deployed_at::date, bounds.end_day) - 1) / 7)::int as weeks_ago
from {fct_github__lead_time_to_deploy} as lead_time
inner join ({pull_request_in_view}) as pull_request on lead_time.pull_request_key = pull_request.pull_request_key
cross join ({bounds}) as bounds
where
    lead_time.deployed_at >= bounds.previous_day
    and lead_time.deployed_at < bounds.end_day
