select
    html_url,
    number,
    title,
    repository_full_name,
    iff(:with_people, author_login, null) as author_login,
    merged_at,
    size_class,
    seconds_to_first_review,
    seconds_to_merge
from ({merged_in_view}) as merged
where is_current and seconds_to_merge is not null
order by seconds_to_merge desc, pull_request_key asc
limit 50
