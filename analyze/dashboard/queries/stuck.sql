-- Open pull requests that nobody has touched for a week, the longest first; they may be of any time. In an archived
-- repository nobody can.
select
    html_url,
    number,
    title,
    repository_full_name,
    iff(:with_people, author_login, null) as author_login,
    created_at,
    updated_at,
    is_draft,
    case
        when is_draft then 'the author: it is a draft'
        when first_review_at is null then 'a first review'
        when first_approval_at is null then 'an approval'
        else 'the merge'
    end as waits_for,
    count(*) over () as stuck_count
from ({pull_request_in_view}) as pull_request
where
    state = 'open'
    and updated_at < dateadd('day', -7, cast(:data_end_day as date))
    and repository_key not in (select repository_key from {dim_github__repository} where is_archived)
order by updated_at asc, pull_request_key asc
limit 200
