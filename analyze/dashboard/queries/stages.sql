-- A row per stage of the pull requests merged in the period; a stage that is not known does not count.
select
    stage.name as stage,
    stage.place,
    count(*) as merged_count,
    count(seconds) as case_count,
    percentile_cont(0.5) within group (order by seconds)::float as p50,
    percentile_cont(0.75) within group (order by seconds)::float as p75,
    percentile_cont(0.95) within group (order by seconds)::float as p95
from (
    select
        place,
        name,
        case place
            when 1 then merged.coding_seconds
            when 2 then merged.pickup_seconds
            when 3 then merged.review_seconds
            else merged.deploy_seconds
        end as seconds
    from ({merged_in_view}) as merged
    cross join (
        select 1 as place, 'Coding' as name
        union all select 2, 'Pickup'
        union all select 3, 'Review'
        union all select 4, 'Deploy'
    ) as kind
    where merged.is_current
) as stage
group by stage.name, stage.place
order by stage.place
