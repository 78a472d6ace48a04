-- A row per range of the time from opening to merge; it may be unknown, as where the merge is told before the opening.
select
    case
        when seconds_to_merge < 3600 then 1
        when seconds_to_merge < 4 * 3600 then 2
        when seconds_to_merge < 86400 then 3
        when seconds_to_merge < 3 * 86400 then 4
        when seconds_to_merge < 7 * 86400 then 5
        when seconds_to_merge < 14 * 86400 then 6
        else 7
    end as place,
    count(*) as merged_count
from ({merged_in_view}) as merged
where is_current and seconds_to_merge is not null
group by 1
order by 1
