-- From the first commit, or the opening where that came first, to the merge: the stages are the whole.
select
    pull_request_key,
    coding_seconds,
    pickup_seconds,
    review_seconds
from {{ ref('fct_github__pull_request') }}
where
    coding_seconds + pickup_seconds + review_seconds
    <> datediff('second', least(first_commit_at, created_at), merged_at)
