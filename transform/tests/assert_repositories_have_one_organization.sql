-- Warns of a repository that counts twice: one organisation has it now, of another nobody said that it is gone.
{{ config(severity='warn') }}

select
    repository_id,
    min(source_org) as one_organization,
    max(source_org) as another_organization
from {{ ref('dim_github__repository') }}
group by repository_id
having min(source_org) <> max(source_org)
