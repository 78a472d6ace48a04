-- What the churn leaves out, and where GitHub did not tell all.
select
    sum(iff(is_noise, 0, churn)) as churn,
    sum(iff(is_noise, churn, 0)) as noise_churn,
    count(distinct iff(is_truncated, commit_key, null)) as truncated_commit_count,
    count(distinct commit_key) as commit_count
from ({commit_file_in_view}) as file
