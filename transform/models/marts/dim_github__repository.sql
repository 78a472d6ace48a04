select
    repository_key,
    source_org,
    repository_id,
    repository_name,
    repository_full_name,
    owner_login,
    visibility,
    is_private,
    is_fork,
    is_archived,
    default_branch,
    primary_language,
    html_url,
    created_at,
    pushed_at
from {{ ref('stg_github__repository') }}
