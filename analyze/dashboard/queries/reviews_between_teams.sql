-- Reviews that count, by the team of the author and that of the reviewer, with sums over all pairs: of many teams the
-- limit leaves out pairs with few reviews.
select
    author_team,
    reviewer_team,
    count(*) as review_count,
    sum(count(*)) over () as total_count,
    sum(iff(author_team = reviewer_team, 0, count(*))) over () as across_count,
    count(*) over () as pair_count
from (
    select
        coalesce(pull_request.author_team, 'unknown') as author_team,
        coalesce(review.reviewer_team, 'unknown') as reviewer_team
    from {fct_github__pull_request_review} as review
    inner join ({pull_request_in_view}) as pull_request on review.pull_request_key = pull_request.pull_request_key
    where
        review.is_counted
        and review.submitted_at >= cast(:first_day as date)
        and review.submitted_at < cast(:end_day as date)
) as review
group by author_team, reviewer_team
order by review_count desc, author_team asc, reviewer_team asc
limit 2000
