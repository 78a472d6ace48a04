-- A row per repository and language, noise left out.
select
    repository_full_name,
    language,
    sum(additions) as additions,
    sum(deletions) as deletions,
    sum(churn) as churn,
    count(distinct commit_key) as commit_count,
    count(distinct file_path) as file_count
from ({commit_file_in_view}) as file
where not is_noise
group by repository_full_name, language
order by churn desc, repository_full_name asc, language asc
limit 1000
