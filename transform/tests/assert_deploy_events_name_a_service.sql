-- Warns of deployments reported from elsewhere whose service nobody knows: they count for none.
{{ config(severity='warn') }}

select
    reported.service,
    count(*) as event_count
from {{ ref('stg_github__deploy_event') }} as reported
left join {{ ref('int_github__service') }} as service
    on lower(reported.service) = lower(service.service)
where service.service is null
group by reported.service
