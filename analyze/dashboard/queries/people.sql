-- A row per author; only asked for when people are to be shown.
select
    coalesce(max(person.name), max(merged.author_login)) as author,
    coalesce(
        max_by(merged.author_team, iff(merged.author_team is null, null, merged.merged_at)),
        'unknown'
    ) as team, -- the newest
    count(*) as merged_count,
    (count_if(merged.is_reviewed) / count(*))::float as review_coverage,
    percentile_cont(0.5) within group (order by merged.seconds_to_first_review)::float as first_review_p50,
    percentile_cont(0.5) within group (order by merged.seconds_to_merge)::float as merge_p50
from ({merged_in_view}) as merged
left join {dim_github__user} as person on merged.author_user_key = person.user_key
where merged.is_current
group by coalesce(merged.author_person_key, merged.author_login)
order by merged_count desc, author asc
limit 200
