-- The last runs of the pipeline, the newest first. What the tap did not tell is not 0.
select
    began_at,
    outcome,
    is_healthy,
    reason,
    run_seconds,
    rows_read,
    rows_inserted + rows_updated + rows_deleted as rows_changed,
    rows_rejected,
    iff(has_tap_told, skipped_count, null) as skipped_count,
    iff(has_tap_told, request_count, null) as request_count,
    iff(has_tap_told, point_count, null) as point_count,
    iff(has_tap_told, waited_seconds, null) as waited_seconds,
    attempt_count,
    ended_at,
    run_id
from {rpt_pipeline__run}
order by began_at desc, run_id asc
limit 50
