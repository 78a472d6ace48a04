with summaries as (
    select *
    from {{ ref('stg_pipeline__run_summary') }}
    where is_of_whole_run
),

-- Attempts of an orchestrator share the name of the run: the last one decides how it ended, and what it left out.
loader as (
    select
        run_id,
        outcome as loader_outcome
    from summaries
    where is_of_loader
    qualify row_number() over (partition by run_id order by ended_at desc) = 1
),

tap as (
    select
        run_id,
        outcome as tap_outcome,
        skipped_count
    from summaries
    where not is_of_loader
    qualify row_number() over (partition by run_id order by ended_at desc) = 1
),

told as (
    select
        run_id,
        count_if(is_of_loader) as attempt_count,
        min(began_at) as began_at,
        max(ended_at) as ended_at,
        sum(iff(is_of_loader, coalesce(rows_read, 0), 0)) as rows_read,
        sum(coalesce(rows_inserted, 0)) as rows_inserted,
        sum(coalesce(rows_updated, 0)) as rows_updated,
        sum(coalesce(rows_unchanged, 0)) as rows_unchanged,
        sum(coalesce(rows_deleted, 0)) as rows_deleted,
        sum(coalesce(rows_rejected, 0)) as rows_rejected,
        sum(coalesce(file_bytes, 0)) as file_bytes,
        sum(coalesce(request_count, 0)) as request_count,
        sum(coalesce(point_count, 0)) as point_count,
        sum(coalesce(waited_seconds, 0)) as waited_seconds
    from summaries
    group by run_id
),

-- Batches of a run that has told nothing: it was killed, or goes on. Before the first summary nobody told.
untold as (
    select
        run_id,
        0 as attempt_count,
        min(began_at) as began_at,
        max(committed_at) as ended_at,
        sum(rows_read) as rows_read
    from {{ ref('stg_pipeline__load') }}
    where
        run_id not in (select told.run_id from told)
        and began_at >= (select min(told.began_at) from told)
    group by run_id
),

runs as (
    select * from told
    union all
    select
        run_id,
        attempt_count,
        began_at,
        ended_at,
        rows_read,
        null as rows_inserted,
        null as rows_updated,
        null as rows_unchanged,
        null as rows_deleted,
        null as rows_rejected,
        null as file_bytes,
        null as request_count,
        null as point_count,
        null as waited_seconds
    from untold
),

judged as (
    select
        runs.*,
        loader.loader_outcome,
        tap.tap_outcome,
        coalesce(tap.skipped_count, iff(runs.attempt_count > 0, 0, null)) as skipped_count,
        case
            when loader.loader_outcome is null then 'unfinished'
            when loader.loader_outcome like 'failed%' or tap.tap_outcome like 'failed%' then 'failed'
            when loader.loader_outcome like 'stopped%' then 'stopped'
            when tap.tap_outcome like 'ended early%' then 'ended_early'
            else 'complete'
        end as outcome
    from runs
    left join loader on runs.run_id = loader.run_id
    left join tap on runs.run_id = tap.run_id
)

select
    run_id,
    outcome,
    case
        when loader_outcome <> 'complete' then loader_outcome
        when tap_outcome <> 'complete' then tap_outcome
    end as reason,
    outcome in ('complete', 'ended_early')
    and coalesce(rows_rejected, 0) = 0
    and coalesce(skipped_count, 0) = 0 as is_healthy,
    tap_outcome is not null as has_tap_told,
    attempt_count,
    began_at,
    ended_at,
    datediff('second', began_at, ended_at) as run_seconds,
    rows_read,
    rows_inserted,
    rows_updated,
    rows_unchanged,
    rows_deleted,
    rows_rejected,
    file_bytes,
    request_count,
    point_count,
    waited_seconds,
    skipped_count
from judged
