-- Deployments to production by week, each once, however many services it ships; they belong to no team and to no
-- author.
select
    floor((datediff('day', deployment.started_at::date, bounds.end_day) - 1) / 7)::int as weeks_ago,
    count(distinct iff(deployment.is_successful, deployment.deployment_key, null)) as success_count,
    count(
        distinct iff(
            not deployment.is_successful and deployment.state in ('failure', 'error', 'failed'),
            deployment.deployment_key,
            null
        )
    ) as failure_count
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
