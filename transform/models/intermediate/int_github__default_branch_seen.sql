with seen as (
    select
        repository_key,
        default_branch,
        _ingested_at
    from {{ ref('base_github__repository') }}
    {#- Those of Fivetran tell the branch of now, whenever they were read. #}
    {% if var('raw_source') == 'tap' -%}
    -- Pull requests that were not read again since a change tell the branch of before.
    union all
    select
        repository_key,
        default_branch,
        _ingested_at
    from {{ ref('base_github__pull_request') }}
    {%- endif %}
)

select
    repository_key || '|' || default_branch as default_branch_key,
    repository_key,
    default_branch,
    min(_ingested_at) as first_seen_at
from seen
where default_branch is not null
group by
    repository_key,
    default_branch
