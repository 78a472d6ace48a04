-- What the filters offer: teams first, so that repositories are what a limit cuts.
select distinct
    'team' as kind,
    source_org,
    coalesce(author_team, 'unknown') as name
from {fct_github__pull_request}
union
select distinct
    'repository' as kind,
    source_org,
    repository_full_name as name
from {dim_github__repository}
order by kind desc, source_org asc, name asc
limit 20000
