-- When each organisation was last loaded, those first that have rested longest.
select
    source_org,
    last_loaded_at
from {rpt_pipeline__organization_freshness}
order by last_loaded_at asc, source_org asc
limit 20000
