-- A row per reviewer; who it is is only read when people are to be shown.
select
    row_number() over (order by count(*) desc, review.reviewer_person_key asc) as place,
    iff(:with_people, coalesce(max(person.name), max(review.reviewer_login), review.reviewer_person_key), null)
        as reviewer,
    coalesce(
        max_by(review.reviewer_team, iff(review.reviewer_team is null, null, review.submitted_at)),
        'unknown'
    ) as team, -- the newest
    count(*) as review_count,
    count(distinct review.pull_request_key) as pull_request_count,
    count_if(review.state = 'APPROVED') as approval_count,
    count_if(review.state = 'CHANGES_REQUESTED') as changes_requested_count,
    sum(count(*)) over () as all_review_count,
    count(*) over () as reviewer_count
from {fct_github__pull_request_review} as review
left join {dim_github__user} as person on review.reviewer_user_key = person.user_key
where
    review.is_counted
    and (:any_organization or review.source_org in (:organizations))
    and (:any_repository or review.repository_full_name in (:repositories))
    and (:any_team or coalesce(review.reviewer_team, 'unknown') in (:teams))
    and review.submitted_at >= cast(:first_day as date)
    and review.submitted_at < cast(:end_day as date)
group by review.reviewer_person_key
order by place
limit 200
