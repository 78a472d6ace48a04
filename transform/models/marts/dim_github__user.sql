with version as (
    select
        *,
        dbt_valid_from as began_at,
        dbt_valid_to as ended_at
    from {{ ref('snap_github__user') }}
    -- A state that was replaced before time passed was a mistake, not history.
    where dbt_valid_to is null or dbt_valid_to > dbt_valid_from
),

period as (
    select
        *,
        row_number() over (partition by github_login order by began_at, ended_at nulls last) as period_number
    from version
),

-- Before anything was known of who somebody is there is no state: what is known first holds for it, too.
known as (
    select
        *,
        row_number() over (partition by github_login order by period_number) = 1 as is_first
    from (
        select *
        from period
        qualify
            count_if(match_method <> 'none') over (
                partition by github_login
                order by period_number
                rows between unbounded preceding and current row
            ) > 0
            or count_if(match_method <> 'none') over (partition by github_login) = 0
    ) as settled
)

select
    github_login || '|' || period_number as user_key,
    github_login,
    github_user_id,
    account_type,
    person_key,
    ldap,
    name,
    email,
    team,
    title,
    manager_ldap,
    is_active,
    match_method,
    iff(is_first, '1970-01-01'::timestamp_ntz, began_at) as valid_from,
    ended_at as valid_to,
    ended_at is null as is_current
from known
