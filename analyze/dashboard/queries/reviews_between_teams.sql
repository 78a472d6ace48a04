-- Reviews that count, by the team of the author and that of the reviewer.
select
    coalesce(pull_request.author_team, 'unknown') as author_team,
    coalesce(review.reviewer_team, 'unknown') as reviewer_team,
    count(*) as review_count
from {fct_github__pull_request_review} as review
inner join ({pull_request_in_view}) as pull_request on review.pull_request_key = pull_request.pull_request_key
where
    review.is_counted
    and review.submitted_at >= cast(:first_day as date)
    and review.submitted_at < cast(:end_day as date)
group by 1, 2
order by 1, 2
limit 2000
