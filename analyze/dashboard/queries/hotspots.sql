select
    file_path,
    count(distinct commit_key) as commit_count,
    count(distinct author_person_key) as author_count,
    sum(churn) as churn,
    repository_full_name,
    max(language) as language,
    max(committed_at) as last_changed_at
from ({commit_file_in_view}) as file
where not is_noise
group by file_path, repository_full_name
order by commit_count desc, churn desc, file_path asc
limit 50
