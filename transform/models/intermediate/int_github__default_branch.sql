-- Merged pull requests keep the former name of a branch that is renamed, but not that it was the default one. A branch
-- that is replaced by another, as develop by main, is the default one no more, though merges into it go on.
select
    default_branch_key,
    repository_key,
    default_branch,
    -- Nothing is known of a branch before the first.
    iff(
        row_number() over (partition by repository_key order by first_seen_at, default_branch) = 1,
        '1970-01-01'::timestamp_ntz,
        first_seen_at
    ) as valid_from,
    lead(first_seen_at) over (partition by repository_key order by first_seen_at, default_branch) as valid_to
from {{ ref('snap_github__default_branch') }}
