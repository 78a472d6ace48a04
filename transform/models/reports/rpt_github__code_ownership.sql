{%- set most_moves = 3 %}

with change as (
    {{ changes_by_people() }}
),

-- What becomes of a path is told by whoever changes it, bots and merges included.
move as (
    select
        repository_key,
        previous_file_path,
        max(file_path) as next_file_path,
        committed_at as moved_at,
        lag(committed_at) over (
            partition by repository_key, previous_file_path
            order by committed_at
        ) as last_moved_at
    from {{ ref('fct_github__commit_file') }}
    where status = 'renamed' and previous_file_path is not null
    group by
        repository_key,
        previous_file_path,
        committed_at
),

-- Lines go along with their file, but not for ever: the next move is looked for as often as most_moves says.
moved_0 as (
    select
        repository_key,
        source_org,
        repository_full_name,
        author_person_key,
        additions,
        file_path,
        committed_at as there_since
    from change
    where author_person_key is not null
),

{% for number in range(1, most_moves + 1) -%}
moved_{{ number }} as (
    select
        line.* exclude (file_path, there_since),
        coalesce(move.next_file_path, line.file_path) as file_path,
        coalesce(move.moved_at, line.there_since) as there_since
    from moved_{{ number - 1 }} as line
    left join move
        on
            line.repository_key = move.repository_key
            and line.file_path = move.previous_file_path
            and line.there_since <= move.moved_at
            and (line.there_since > move.last_moved_at or move.last_moved_at is null)
),

{% endfor -%}
-- Nobody owns what is not there any more, or what has become noise. What comes and goes in one moment, as in a rebase,
-- is gone.
seen as (
    select
        repository_key,
        file_path,
        status is distinct from 'removed' as is_there,
        coalesce(noise_reason <> 'inherited', false) as is_noise,
        committed_at
    from {{ ref('fct_github__commit_file') }}
    union all
    select
        repository_key,
        previous_file_path as file_path,
        false as is_there,
        false as is_noise,
        moved_at as committed_at
    from move
),

gone as (
    select
        repository_key,
        file_path
    from seen
    group by
        repository_key,
        file_path
    having
        max(iff(is_there, null, committed_at)) >= max(committed_at)
        or count_if(is_noise) > 0
),

placed as (
    select
        line.*,
        -- Folders up to two levels deep; files at the top belong to the root.
        case
            when not contains(line.file_path, '/') then '/'
            when not contains(substr(line.file_path, position('/' in line.file_path) + 1), '/')
                then split_part(line.file_path, '/', 1)
            else split_part(line.file_path, '/', 1) || '/' || split_part(line.file_path, '/', 2)
        end as path_prefix
    from moved_{{ most_moves }} as line
    left join gone
        on
            line.repository_key = gone.repository_key
            and line.file_path = gone.file_path
    where gone.file_path is null
),

authored as (
    select
        repository_key,
        source_org,
        path_prefix,
        author_person_key,
        max(repository_full_name) as repository_full_name,
        sum(additions) as author_additions
    from placed
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
            order by author_additions desc, author_person_key asc
        ) as author_rank,
        sum(author_additions) over (
            partition by repository_key, path_prefix
            order by author_additions desc, author_person_key asc
            rows between unbounded preceding and current row
        ) as additions_so_far,
        sum(author_additions) over (partition by repository_key, path_prefix) as total_additions
    from authored
)

select
    repository_key || '|' || path_prefix as report_key,
    repository_key,
    source_org,
    max(repository_full_name) as repository_full_name,
    path_prefix,
    count(*) as author_count,
    max(total_additions) as additions,
    {{ share_of('max(author_additions)', 'max(total_additions)') }} as top_author_share,
    max(iff(author_rank = 1 and author_additions > 0, author_person_key, null)) as top_author_person_key,
    -- An author is needed while those before have written less than half; nobody is where no line was written.
    nullif(count_if(2 * (additions_so_far - author_additions) < total_additions), 0) as bus_factor
from ranked
group by
    repository_key,
    source_org,
    path_prefix
