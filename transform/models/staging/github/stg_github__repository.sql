with versions as (
    select * from {{ ref('base_github__repository') }}
),

newest as (
    select *
    from versions
    qualify row_number() over (
        partition by repository_key
        order by _ingested_at desc, updated_at desc nulls last
    ) = 1
)

select * exclude (_deleted_at)
from newest
where _deleted_at is null
