select
    commits.repository_key,
    commits.commit_sha,
    (parent.index + 1)::number(38, 0) as parent_number,
    parent.value::varchar as parent_sha
from {{ ref('stg_github__commit') }} as commits
cross join lateral flatten(input => commits.parent_shas) as parent
