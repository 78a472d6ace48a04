select
    cast(began_at as date) as day,
    count(*) as run_count,
    count_if(is_healthy) as healthy_count,
    count_if(outcome = 'failed') as failed_count,
    count_if(outcome in ('stopped', 'unfinished')) as interrupted_count,
    sum(rows_read) as rows_read,
    sum(coalesce(rows_inserted, 0) + coalesce(rows_updated, 0) + coalesce(rows_deleted, 0)) as rows_changed,
    sum(coalesce(rows_rejected, 0)) as rows_rejected,
    max(coalesce(skipped_count, 0)) as most_skipped_count,
    sum(coalesce(file_bytes, 0)) as file_bytes,
    sum(coalesce(request_count, 0)) as request_count,
    sum(coalesce(point_count, 0)) as point_count,
    sum(coalesce(waited_seconds, 0)) as waited_seconds,
    max(run_seconds) as longest_run_seconds
from {{ ref('rpt_pipeline__run') }}
group by 1
