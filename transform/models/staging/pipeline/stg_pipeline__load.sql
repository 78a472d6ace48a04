select
    -- keys
    cast(batch_id as varchar) as batch_id,
    cast(run_id as varchar) as run_id,

    -- attributes
    cast(stream as varchar) as stream,
    organisations,

    -- measures
    cast(row_count as number(38, 0)) as rows_read,
    cast(rows_inserted + rows_updated + rows_deleted as number(38, 0)) as rows_changed,

    -- times
    cast(began_at as timestamp_ntz) as began_at,
    cast(committed_at as timestamp_ntz) as committed_at
from {{ raw_table(source('github', 'load_ledger')) }}
-- The ledger's own beginning is entered, too, as a batch that is never committed.
where committed_at is not null
