with number as (
    select row_number() over (order by seq4()) - 1 as day_number
    from table(generator(rowcount => 18263))
),

-- GitHub was founded in 2008; fifty years are enough.
day as (
    select dateadd('day', day_number, '2008-01-01'::date)::date as date_day
    from number
)

select
    date_day,
    {{ period_start('week', 'date_day') }} as week_start,
    date_trunc('month', date_day)::date as month_start,
    date_trunc('quarter', date_day)::date as quarter_start,
    dayofweekiso(date_day) as iso_day_of_week,
    dayofweekiso(date_day) >= 6 as is_weekend
from day
