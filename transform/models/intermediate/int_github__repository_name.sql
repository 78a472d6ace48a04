{{
    config(
        materialized='incremental',
        unique_key='repository_key',
    )
}}

-- Rows of facts keep the name that the repository had when they were loaded; this one is that of now. One that is
-- gone from GitHub keeps its last.
with newest as (
    select
        repository_key,
        repository_full_name,
        _ingested_at as named_at
    from {{ ref('base_github__repository') }}
    where repository_full_name is not null
    qualify row_number() over (
        partition by repository_key
        order by _ingested_at desc, updated_at desc nulls last
    ) = 1
)

select
    newest.repository_key,
    newest.repository_full_name,
    newest.named_at
from newest
{% if is_incremental() %}
-- What has its name already keeps the moment of it: a repository is loaded again with each push.
left join {{ this }} as known on newest.repository_key = known.repository_key
where newest.repository_full_name is distinct from known.repository_full_name
{% endif %}
