-- Deployments to production by week; they belong to no team and to no author.
select
    floor((datediff('day', deployment.started_at::date, bounds.end_day) - 1) / 7)::int as weeks_ago,
    count_if(deployment.is_successful) as success_count,
    count_if(deployment.state in ('failure', 'error', 'failed')) as failure_count
from {fct_github__deployment} as deployment
cross join ({bounds}) as bounds
left join {dim_github__repository} as repository on deployment.repository_key = repository.repository_key
where
    deployment.is_source_of_truth
    and deployment.environment_kind = 'production'
    and (:any_organization or deployment.source_org in (:organizations))
    and (:any_repository or repository.repository_full_name in (:repositories))
    and deployment.started_at >= bounds.first_day
    and deployment.started_at < bounds.end_day
group by 1
