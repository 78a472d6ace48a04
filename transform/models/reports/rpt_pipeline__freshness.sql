select
    stream,
    max(committed_at) as last_loaded_at,
    max(iff(rows_changed > 0, committed_at, null)) as last_changed_at,
    count(distinct run_id) as run_count
from {{ ref('stg_pipeline__load') }}
group by stream
