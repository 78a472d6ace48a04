select
    cast(:previous_day as date) as previous_day,
    cast(:first_day as date) as first_day,
    cast(:end_day as date) as end_day
