with source as (
    select * from {{ raw_table(source('github', 'run_summary')) }}
),

renamed as (
    select
        -- keys
        run_id || ':' || plugin || ':' || coalesce(stream, '') || ':' || cast(began_at as varchar) as summary_key,
        cast(run_id as varchar) as run_id,

        -- attributes
        cast(plugin as varchar) as plugin,
        cast(stream as varchar) as stream,
        cast(outcome as varchar) as outcome,
        plugin = 'target-gcs-snowflake-merge' as is_of_loader,
        stream is null as is_of_whole_run,

        -- measures
        cast(seconds as float) as seconds,
        cast(rows_read as number(38, 0)) as rows_read,
        cast(rows_inserted as number(38, 0)) as rows_inserted,
        cast(rows_updated as number(38, 0)) as rows_updated,
        cast(rows_unchanged as number(38, 0)) as rows_unchanged,
        cast(rows_deleted as number(38, 0)) as rows_deleted,
        cast(rows_rejected as number(38, 0)) as rows_rejected,
        cast(files as number(38, 0)) as file_count,
        cast(bytes as number(38, 0)) as file_bytes,
        cast(requests as number(38, 0)) as request_count,
        cast(points as number(38, 0)) as point_count,
        cast(waits as number(38, 0)) as wait_count,
        cast(waited_seconds as float) as waited_seconds,
        cast(skipped as number(38, 0)) as skipped_count,

        -- times
        cast(began_at as timestamp_ntz) as began_at,
        cast(ended_at as timestamp_ntz) as ended_at
    from source
)

-- An INSERT whose answer was lost is sent once more.
select *
from renamed
qualify row_number() over (
    partition by summary_key
    order by ended_at desc
) = 1
