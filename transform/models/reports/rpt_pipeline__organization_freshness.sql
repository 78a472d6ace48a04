-- A batch may hold rows of several organisations; each run sends the repositories and people of all that it reads.
select
    cast(organization.value as varchar) as source_org,
    max(loads.committed_at) as last_loaded_at
from {{ ref('stg_pipeline__load') }} as loads
cross join lateral flatten(input => loads.organisations) as organization
where cast(organization.value as varchar) is not null
group by 1
