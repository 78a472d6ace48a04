-- Streams, those first that have rested longest.
select
    stream,
    last_loaded_at,
    last_changed_at,
    run_count
from {rpt_pipeline__freshness}
order by last_loaded_at asc, stream asc
limit 500
