with change as (
    select
        *,
        -- Folders up to two levels deep; files at the top belong to the root.
        case
            when not contains(file_path, '/') then '/'
            when not contains(substr(file_path, position('/' in file_path) + 1), '/')
                then split_part(file_path, '/', 1)
            else split_part(file_path, '/', 1) || '/' || split_part(file_path, '/', 2)
        end as path_prefix
    from (
        {{ changes_by_people() }}
    ) as changed
    where author_person_key is not null
),

authored as (
    select
        repository_key,
        source_org,
        path_prefix,
        author_person_key,
        max(repository_full_name) as repository_full_name,
        sum(churn) as author_churn
    from change
    group by
        repository_key,
        source_org,
        path_prefix,
        author_person_key
),

-- In whole numbers: sums of rounded shares can miss the half by a hair.
ranked as (
    select
        *,
        row_number() over (
            partition by repository_key, path_prefix
            order by author_churn desc, author_person_key asc
        ) as author_rank,
        sum(author_churn) over (
            partition by repository_key, path_prefix
            order by author_churn desc, author_person_key asc
            rows between unbounded preceding and current row
        ) as churn_so_far,
        sum(author_churn) over (partition by repository_key, path_prefix) as total_churn
    from authored
)

select
    repository_key || '|' || path_prefix as report_key,
    repository_key,
    source_org,
    max(repository_full_name) as repository_full_name,
    path_prefix,
    count(*) as author_count,
    max(total_churn) as churn,
    {{ share_of('max(author_churn)', 'max(total_churn)') }} as top_author_share,
    max(iff(author_rank = 1 and author_churn > 0, author_person_key, null)) as top_author_person_key,
    -- An author is needed while those before have written less than half; nobody is where no line was written.
    nullif(count_if(2 * (churn_so_far - author_churn) < total_churn), 0) as bus_factor
from ranked
group by
    repository_key,
    source_org,
    path_prefix
