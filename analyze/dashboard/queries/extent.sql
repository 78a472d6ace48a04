-- What there is at all: since when, until when, and when the pipeline last loaded something. Rows change less often
-- than they are loaded; where no ledger is kept of loads, their last change has to do.
select
    min(created_at) as first_at,
    max(updated_at) as last_at,
    coalesce((select max(last_loaded_at) from {rpt_pipeline__freshness}), max(_ingested_at)) as loaded_at,
    count(*) as pull_request_count
from {fct_github__pull_request}
