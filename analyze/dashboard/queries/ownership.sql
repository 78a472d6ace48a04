-- Folders by how few people wrote them, over all time.
select
    ownership.path_prefix,
    ownership.bus_factor,
    ownership.author_count,
    ownership.top_author_share,
    iff(:with_people, coalesce(person.name, ownership.top_author_person_key), null) as top_author,
    ownership.repository_full_name,
    ownership.churn,
    count(*) over () as folder_count,
    count_if(ownership.bus_factor = 1) over () as alone_count
from {rpt_github__code_ownership} as ownership
left join (
    select person_key, max(name) as name
    from {dim_github__user}
    where is_current
    group by person_key
) as person on ownership.top_author_person_key = person.person_key
where
    ownership.churn > 0
    and (:any_organization or ownership.source_org in (:organizations))
    and (:any_repository or ownership.repository_full_name in (:repositories))
order by ownership.bus_factor asc, ownership.churn desc, ownership.path_prefix asc
limit 200
