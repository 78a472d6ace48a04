select *
from {fct_github__pull_request}
where
    (:any_organization or source_org in (:organizations))
    and (:any_repository or repository_full_name in (:repositories))
    and (:any_team or coalesce(author_team, 'unknown') in (:teams))
    and (:with_bots or author_type = 'human')
