-- Changed files of the period, noise and all. An account is what it is known as now: it was a bot before anybody saw
-- that, too.
select file.*
from {fct_github__commit_file} as file
left join {dim_github__user} as person on lower(file.author_login) = person.github_login and person.is_current
where
    (:any_organization or file.source_org in (:organizations))
    and (:any_repository or file.repository_full_name in (:repositories))
    and (:any_team or coalesce(file.author_team, 'unknown') in (:teams))
    and (:with_bots or coalesce(person.account_type, 'human') = 'human')
    and file.committed_at >= cast(:first_day as date)
    and file.committed_at < cast(:end_day as date)
