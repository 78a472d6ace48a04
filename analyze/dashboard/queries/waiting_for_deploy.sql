-- Of what was merged in the period, by service: how much is not in production yet. A service
-- that was never deployed waits for nothing: nobody tells of its deployments.
select
    count(*) as merged_count,
    count_if(lead_time.deployed_at is null) as waiting_count
from {fct_github__lead_time_to_deploy} as lead_time
inner join ({pull_request_in_view}) as pull_request on lead_time.pull_request_key = pull_request.pull_request_key
where
    lead_time.merged_at >= cast(:first_day as date)
    and lead_time.merged_at < cast(:end_day as date)
    and lead_time.service in (
        select service
        from {fct_github__deployment}
        where is_source_of_truth and is_successful and environment_kind = 'production'
    )
