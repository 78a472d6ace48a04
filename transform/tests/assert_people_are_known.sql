-- Warns when more than a tenth of the pull requests by humans have an author whom no lookup knows.
{{ config(severity='warn') }}

select
    count_if(bridge.is_matched) as matched_count,
    count(*) as pull_request_count
from {{ ref('fct_github__pull_request') }} as pull_request
left join {{ ref('bridge_github__ldap') }} as bridge
    on lower(pull_request.author_login) = bridge.github_login
where pull_request.author_type = 'human'
having count_if(coalesce(bridge.is_matched, false)) < 0.9 * count(*)
